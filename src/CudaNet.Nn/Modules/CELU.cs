namespace CudaNet.Nn;

/// <summary>x above 0 and α·(exp(x/α) − 1) below, element by element; its slope has no jump.</summary>
/// <param name="alpha">α, not 0.</param>
/// <remarks>Barron 2017.</remarks>
public sealed class CELU(double alpha = 1) : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Celu(alpha);
}
