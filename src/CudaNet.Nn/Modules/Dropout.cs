namespace CudaNet.Nn;

/// <summary>In training sets each element to zero with probability p and scales the rest by 1/(1 − p); in evaluation
/// lets everything through.</summary>
/// <remarks>Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014.</remarks>
public sealed class Dropout : Layer
{
    private readonly RandomStream _random;

    /// <summary>A dropout.</summary>
    /// <param name="p">Probability of zero, from 0 to 1.</param>
    /// <param name="random">The stream that decides; <see cref="RandomStream.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">p is no probability.</exception>
    public Dropout(double p = 0.5, RandomStream? random = null) => (P, _random) = (Sizes.Probability(p, nameof(Dropout)), random ?? RandomStream.Default);

    /// <summary>Probability of zero.</summary>
    public double P { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => IsTraining ? x.Dropout(P, _random) : x;

    /// <inheritdoc/>
    public override string ToString() => $"Dropout({P})";
}
