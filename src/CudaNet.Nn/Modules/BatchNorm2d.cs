namespace CudaNet.Nn;

/// <summary>Batch normalisation over images: [batch, channels, height, width].</summary>
/// <param name="channels">Channels: the size of axis 1.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">Share of the batch in the running statistics.</param>
/// <param name="affine">False for no γ and β.</param>
/// <param name="type">Element type of γ, β and the statistics.</param>
public sealed class BatchNorm2d(long channels, double epsilon = 1e-5, double momentum = 0.1, bool affine = true, DType type = DType.Float32)
    : BatchNorm(channels, epsilon, momentum, affine, type)
{
    private protected override bool Takes(int rank) => rank == 4;

    private protected override string Axes => ", height, width";
}
