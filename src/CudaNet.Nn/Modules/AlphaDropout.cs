namespace CudaNet.Nn;

/// <summary>Dropout for nets of <see cref="SELU"/>: in training elements take its saturation value α′ with probability p, and an affine map
/// behind keeps mean 0 and variance 1.</summary>
/// <remarks>y = a·(x·m + α′·(1 − m)) + b with q = 1 − p, α′ = −λα, a = (q + α′²·q·(1 − q))^−½, b = −a·α′·(1 − q).
/// Klambauer, Unterthiner, Mayr, Hochreiter 2017.</remarks>
/// <param name="p">Probability of saturation, from 0 up to but not including 1.</param>
/// <param name="random">The stream that decides; <see cref="RandomStream.Default"/> if null.</param>
/// <exception cref="ArgumentOutOfRangeException">p is no such probability.</exception>
public sealed class AlphaDropout(double p = 0.5, RandomStream? random = null) : Layer
{
    private const double Saturation = -1.0507009873554805 * 1.6732632423543772;

    private readonly RandomStream _random = random ?? RandomStream.Default;

    /// <summary>Probability of saturation.</summary>
    public double P { get; } = p is >= 0 and < 1 ? p : throw new ArgumentOutOfRangeException(nameof(p), p, $"AlphaDropout: p is {p}. Give a probability below 1.");

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (!IsTraining || P == 0) return x;
        var q = 1 - P;
        var a = 1 / Math.Sqrt(q + Saturation * Saturation * q * (1 - q));
        return _random.Bernoulli(x.Shape, q).Where(x, Saturation) * a - a * Saturation * (1 - q);
    }

    /// <inheritdoc/>
    public override string ToString() => $"AlphaDropout({P})";
}
