namespace CudaNet.Nn;

/// <summary>(Σ x^p)^(1/p) of each window of images: [batch, channels, height, width] to [batch, channels, height', width'].</summary>
/// <param name="p">The power, above 0: 1 gives the sum, more comes nearer to the maximum.</param>
/// <param name="kernelSize">Rows and columns of a window.</param>
/// <param name="stride">Step between windows; the window's size if null.</param>
/// <param name="ceilMode">Whether a window that reaches beyond the end counts.</param>
/// <exception cref="ShapeException">Sizes or the power are not positive.</exception>
public sealed class LpPool2d(double p, Spatial kernelSize, Spatial? stride = null, bool ceilMode = false) : LpPool(2, p, kernelSize, stride, ceilMode);
