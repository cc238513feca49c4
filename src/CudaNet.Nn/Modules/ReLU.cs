namespace CudaNet.Nn;

/// <summary>max(0, x), element by element.</summary>
public sealed class ReLU : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Relu();
}
