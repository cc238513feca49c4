namespace CudaNet.Nn.Data;

/// <summary>What a transform may depend on.</summary>
/// <param name="Seed">The loader's seed.</param>
/// <param name="Epoch">The epoch, so that a sample is augmented differently in each.</param>
public readonly record struct SampleContext(long Seed, int Epoch)
{
    /// <summary>The generator of one sample in this epoch.</summary>
    public SampleRandom Random(int index) => new(Seed, 1, Epoch, index);
}
