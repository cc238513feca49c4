namespace CudaNet.Nn;

/// <summary>The average of each window of images: [batch, channels, height, width] to [batch, channels, height', width'].</summary>
/// <param name="kernelSize">Rows and columns of a window.</param>
/// <param name="stride">Step between windows; the window's size if null.</param>
/// <param name="padding">Border of zeros, at most half of the window; none if null.</param>
/// <param name="ceilMode">Whether a window that reaches beyond the end counts.</param>
/// <param name="countIncludePad">Whether the zeros of the border count in the mean.</param>
/// <exception cref="ShapeException">Sizes are not positive or not one an axis.</exception>
public sealed class AvgPool2d(Spatial kernelSize, Spatial? stride = null, Spatial? padding = null, bool ceilMode = false, bool countIncludePad = true)
    : AvgPool(2, kernelSize, stride, padding, ceilMode, countIncludePad);
