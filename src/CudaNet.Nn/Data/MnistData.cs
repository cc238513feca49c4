namespace CudaNet.Nn.Data;

/// <summary>A data set of MNIST's form in memory.</summary>
/// <param name="Source">Where it came from, with the names of the classes.</param>
/// <param name="Train">The images to train on.</param>
/// <param name="Test">The images to test on.</param>
public sealed record MnistData(MnistSource Source, LabelledImages Train, LabelledImages Test)
{
    /// <summary>Ten names, by label.</summary>
    public IReadOnlyList<string> ClassNames => Source.ClassNames;
}
