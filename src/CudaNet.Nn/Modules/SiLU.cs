namespace CudaNet.Nn;

/// <summary>x/(1 + e⁻ˣ), element by element; also called swish.</summary>
public sealed class SiLU : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Silu();
}
