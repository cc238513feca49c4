namespace CudaNet.Nn;

/// <summary>In training adds normal noise of deviation σ to each element, x + σ·ζ; in evaluation lets everything through. Before the
/// first layer it is noise on inputs, between layers noise on activations.</summary>
/// <param name="deviation">σ, 0 or more.</param>
/// <param name="random">Where the noise comes from; <see cref="RandomStream.Default"/> if null.</param>
/// <exception cref="ArgumentOutOfRangeException">The deviation is negative.</exception>
public sealed class GaussianNoise(double deviation, RandomStream? random = null) : Layer
{
    private readonly RandomStream _random = random ?? RandomStream.Default;

    /// <summary>σ.</summary>
    public double Deviation { get; } = Sizes.Deviation(deviation, nameof(GaussianNoise));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => IsTraining && Deviation > 0 ? x + _random.Normal(x.Shape, 0, Deviation, x.DType) : x;

    /// <inheritdoc/>
    public override string ToString() => $"GaussianNoise({Deviation})";
}
