namespace CudaNet.Nn;

/// <summary>ln(1 + exp(βx))/β, element by element: a smooth max(x, 0).</summary>
/// <param name="beta">β: how sharp the bend is.</param>
/// <param name="threshold">Where βx is above it, the result is x.</param>
public sealed class Softplus(double beta = 1, double threshold = 20) : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Softplus(beta, threshold);
}
