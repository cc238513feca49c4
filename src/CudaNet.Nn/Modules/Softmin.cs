namespace CudaNet.Nn;

/// <summary>e⁻ˣ/Σe⁻ˣ along an axis: positive and of sum 1, most for the least.</summary>
/// <param name="axis">The axis; the last by default.</param>
public sealed class Softmin(int axis = -1) : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Softmin(axis);
}
