namespace CudaNet.Nn;

/// <summary>The hyperbolic tangent, element by element.</summary>
public sealed class Tanh : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Tanh();
}
