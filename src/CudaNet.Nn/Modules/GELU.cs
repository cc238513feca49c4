namespace CudaNet.Nn;

/// <summary>x · Φ(x), element by element, Φ the distribution function of the normal distribution.</summary>
/// <param name="approximate">True for the form with tanh, as GPT-2 uses it.</param>
public sealed class GELU(bool approximate = false) : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Gelu(approximate);
}
