namespace CudaNet.Nn;

/// <summary>The average of as many parts of sequences as asked for: [batch, channels, length] to [batch, channels, length'] of a given size;
/// size 1 pools globally.</summary>
/// <param name="outputSize">Length of the result.</param>
/// <exception cref="ShapeException">Sizes are not positive or not one an axis.</exception>
public sealed class AdaptiveAvgPool1d(Spatial outputSize) : AdaptivePool(1, false, outputSize);
