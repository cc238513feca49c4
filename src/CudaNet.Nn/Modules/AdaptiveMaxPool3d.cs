namespace CudaNet.Nn;

/// <summary>The greatest of as many parts of volumes as asked for: [batch, channels, depth, height, width] to [batch, channels, depth', height', width'] of a given size;
/// size 1 pools globally.</summary>
/// <param name="outputSize">Depth, rows and columns of the result.</param>
/// <exception cref="ShapeException">Sizes are not positive or not one an axis.</exception>
public sealed class AdaptiveMaxPool3d(Spatial outputSize) : AdaptivePool(3, true, outputSize);
