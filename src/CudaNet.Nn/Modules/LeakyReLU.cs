namespace CudaNet.Nn;

/// <summary>x above 0 and slope · x below, element by element.</summary>
/// <param name="slope">Slope below 0; may be above 1.</param>
public sealed class LeakyReLU(double slope = 0.01) : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.LeakyRelu(slope);
}
