namespace CudaNet.Nn;

/// <summary>x·tanh(ln(1 + eˣ)), element by element.</summary>
/// <remarks>Misra 2019.</remarks>
public sealed class Mish : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Mish();
}
