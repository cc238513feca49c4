namespace CudaNet.Nn;

/// <summary>x above 0 and α·(eˣ − 1) below, element by element.</summary>
/// <param name="alpha">α.</param>
/// <remarks>Clevert, Unterthiner, Hochreiter 2016.</remarks>
public sealed class ELU(double alpha = 1) : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Elu(alpha);
}
