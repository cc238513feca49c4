namespace CudaNet.Nn;

/// <summary>Enlarges (or shrinks) sequences, images or volumes [batch, channels, spatial…] to a size or by a factor.</summary>
public sealed class Upsample : Layer
{
    private readonly Spatial? _size;
    private readonly double? _factor;

    /// <summary>To a size.</summary>
    /// <param name="size">The new spatial sizes.</param>
    /// <param name="mode">How new elements are made.</param>
    /// <param name="alignCorners">For linear: whether the first and the last element stay at the ends.</param>
    public Upsample(Spatial size, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false) => (_size, Mode, AlignCorners) = (size, Checked(mode, alignCorners), alignCorners);

    private Upsample(double factor, InterpolationMode mode, bool alignCorners) => (_factor, Mode, AlignCorners) = (factor, Checked(mode, alignCorners), alignCorners);

    /// <summary>By a factor along each spatial axis; a size that is no whole number is rounded down, and the
    /// factor is then the one between the two sizes (torch's recompute_scale_factor).</summary>
    /// <param name="scaleFactor">The factor, above 0.</param>
    /// <param name="mode">How new elements are made.</param>
    /// <param name="alignCorners">For linear: whether the first and the last element stay at the ends.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is not above 0.</exception>
    public static Upsample By(double scaleFactor, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false) => scaleFactor > 0 && double.IsFinite(scaleFactor)
        ? new(scaleFactor, mode, alignCorners)
        : throw new ArgumentOutOfRangeException(nameof(scaleFactor), scaleFactor, $"Upsample: the factor is {scaleFactor}. Give a number above 0.");

    /// <summary>How new elements are made.</summary>
    public InterpolationMode Mode { get; }

    /// <summary>For linear: whether the first and the last element stay at the ends.</summary>
    public bool AlignCorners { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (_size is { } size) return x.Interpolate(size, Mode, AlignCorners);
        if (x.Rank is < 3 or > 5) throw new ShapeException($"{this}: the input is {x.Shape}, but must be [batch, channels, spatial…] of one to three spatial axes.");
        return x.Interpolate([.. x.Shape.Span[2..].ToArray().Select(n => (long)Math.Floor(n * _factor!.Value))], Mode, AlignCorners);
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"Upsample({(_factor is { } factor ? $"×{factor}" : $"{_size}")}, {Mode})");

    private static InterpolationMode Checked(InterpolationMode mode, bool alignCorners) => alignCorners && mode == InterpolationMode.Nearest
        ? throw new ShapeException("Upsample: alignCorners is for linear interpolation only. Leave it out, or take InterpolationMode.Linear.") : mode;
}
