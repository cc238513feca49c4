namespace CudaNet.Nn;

/// <summary>x where it is above a threshold, a fixed value elsewhere. The step function is <see cref="Heaviside"/>.</summary>
/// <param name="threshold">The threshold.</param>
/// <param name="value">The value elsewhere.</param>
public sealed class Threshold(double threshold, double value) : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Threshold(threshold, value);
}
