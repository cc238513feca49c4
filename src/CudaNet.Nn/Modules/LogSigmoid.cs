namespace CudaNet.Nn;

/// <summary>ln(1/(1 + e⁻ˣ)), element by element, without overflow.</summary>
public sealed class LogSigmoid : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.LogSigmoid();
}
