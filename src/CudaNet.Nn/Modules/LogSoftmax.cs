namespace CudaNet.Nn;

/// <summary>Logarithm of the softmax along an axis, without overflow.</summary>
/// <param name="axis">The axis; the last by default.</param>
public sealed class LogSoftmax(int axis = -1) : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.LogSoftmax(axis);
}
