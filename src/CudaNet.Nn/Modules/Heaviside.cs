namespace CudaNet.Nn;

/// <summary>The step function: 1 above 0, 0 below.</summary>
/// <param name="atZero">Its value at 0.</param>
/// <param name="straightThrough">False for the true gradient, 0; true to pass the gradient on unchanged.</param>
public sealed class Heaviside(double atZero = 1, bool straightThrough = false) : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Heaviside(atZero, straightThrough);
}
