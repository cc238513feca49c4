namespace CudaNet.Nn;

/// <summary>1/(1 + e⁻ˣ), element by element.</summary>
public sealed class Sigmoid : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Sigmoid();
}
