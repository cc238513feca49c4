namespace CudaNet.Nn;

/// <summary>x − tanh x, element by element.</summary>
public sealed class Tanhshrink : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Tanhshrink();
}
