namespace CudaNet.Nn;

/// <summary>Instance normalisation over images: [batch, channels, height, width].</summary>
/// <param name="channels">Channels: the size of axis 1.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="affine">True for γ and β.</param>
/// <param name="type">Element type of γ and β.</param>
public sealed class InstanceNorm2d(long channels, double epsilon = 1e-5, bool affine = false, DType type = DType.Float32) : InstanceNorm(2, channels, epsilon, affine, type);
