namespace CudaNet.Nn;

/// <summary>The greatest of as many parts of images as asked for: [batch, channels, height, width] to [batch, channels, height', width'] of a given size;
/// size 1 pools globally.</summary>
/// <param name="outputSize">Rows and columns of the result.</param>
/// <exception cref="ShapeException">Sizes are not positive or not one an axis.</exception>
public sealed class AdaptiveMaxPool2d(Spatial outputSize) : AdaptivePool(2, true, outputSize);
