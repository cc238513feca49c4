namespace CudaNet.Nn;

/// <summary>The greatest of each window of sequences: [batch, channels, length] to [batch, channels, length'].</summary>
/// <param name="kernelSize">Length of a window.</param>
/// <param name="stride">Step between windows; the window's size if null.</param>
/// <param name="padding">Border, which counts as −∞, at most half of the window; none if null.</param>
/// <param name="dilation">Distance between the window's elements; 1 if null.</param>
/// <param name="ceilMode">Whether a window that reaches beyond the end counts.</param>
/// <exception cref="ShapeException">Sizes are not positive or not one an axis.</exception>
public sealed class MaxPool1d(Spatial kernelSize, Spatial? stride = null, Spatial? padding = null, Spatial? dilation = null, bool ceilMode = false)
    : MaxPool(1, kernelSize, stride, padding, dilation, ceilMode);
