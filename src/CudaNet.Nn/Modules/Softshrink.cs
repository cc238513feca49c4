namespace CudaNet.Nn;

/// <summary>x pulled towards 0 by λ, and 0 where |x| ≤ λ.</summary>
/// <param name="lambda">λ, 0 or more.</param>
public sealed class Softshrink(double lambda = 0.5) : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Softshrink(lambda);
}
