namespace CudaNet.Verification;

/// <summary>How far a value may be from the reference: |a − b| ≤ Absolute + Relative · |b|.</summary>
/// <param name="Relative">Share of the reference value.</param>
/// <param name="Absolute">Part that does not depend on the value.</param>
public readonly record struct Tolerance(double Relative, double Absolute)
{
    /// <summary>Of gradients against central differences in float64.</summary>
    public static Tolerance Differences { get; } = new(1e-3, 1e-5);

    /// <summary>No difference at all.</summary>
    public static Tolerance Exact { get; } = new(0, 0);

    /// <summary>The tolerance of elementwise ops in an element type (PyTorch's); integers and Bool are exact.</summary>
    public static Tolerance Of(DType type) => type switch
    {
        DType.Float32 => new(1.3e-6, 1e-5),
        DType.Float16 => new(1e-3, 1e-5),
        DType.BFloat16 => new(1.6e-2, 1e-5),
        DType.Float64 => new(1e-7, 1e-7),
        _ => Exact,
    };

    /// <summary>Wider by a factor, for sums (the square root of their length) and approximations.</summary>
    public Tolerance Times(double factor) => new(Relative * factor, Absolute * factor);

    /// <inheritdoc/>
    public override string ToString() => $"{Relative:0.0e+00}·|x| + {Absolute:0.0e+00}";
}
