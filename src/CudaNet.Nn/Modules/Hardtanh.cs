namespace CudaNet.Nn;

/// <summary>x limited to an interval, element by element.</summary>
/// <param name="low">Least value.</param>
/// <param name="high">Greatest value.</param>
public sealed class Hardtanh(double low = -1, double high = 1) : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Hardtanh(low, high);
}
