namespace CudaNet.Nn;

/// <summary>eˣ/Σeˣ along an axis: positive and of sum 1.</summary>
/// <param name="axis">The axis; the last by default.</param>
public sealed class Softmax(int axis = -1) : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Softmax(axis);
}
