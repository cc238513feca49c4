namespace CudaNet.Ops;

/// <summary>The catalogue's record of an operation. Tests, <c>cudanet verify</c> and documentation are made from it.</summary>
public sealed record OpDefinition
{
    /// <summary>The public name, in .NET casing.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence or formula.</summary>
    public required string Formula { get; init; }

    /// <summary>Inputs that exercise it: odd, empty and one-element sizes, broadcasts, views, extreme values.</summary>
    public required IReadOnlyList<Sample> Samples { get; init; }

    /// <summary>Inputs that must be refused, with a pattern of the message.</summary>
    public required IReadOnlyList<Refusal> Refusals { get; init; }

    /// <summary>Types that the free inputs of the samples take in turn.</summary>
    public IReadOnlyList<DType> DTypes { get; init; } = CudaNet.DTypes.Floating;

    /// <summary>How often it can be differentiated: 0 not at all, 1 once (its gradient is piecewise constant or has
    /// no further gradient), 2 twice or more.</summary>
    public int GradientOrder { get; init; } = 2;

    /// <summary>Units in the last place that the value may be off beside rounding, where the kernel is an approximation;
    /// multiplies the type's relative tolerance. State the reason where it is not 1.</summary>
    public double ToleranceScale { get; init; } = 1;

}

/// <summary>One way to call an operation, with the inputs to draw.</summary>
/// <param name="Name">Says what is special about it, as in "last axis, size 1".</param>
/// <param name="Inputs">What to draw.</param>
/// <param name="Apply">The call.</param>
public sealed record Sample(string Name, IReadOnlyList<SampleInput> Inputs, Func<IReadOnlyList<Tensor>, Tensor> Apply)
{
    /// <summary>False where the value is checked but not the gradient (at a kink, say).</summary>
    public bool Differentiable { get; init; } = true;

    /// <summary>Length of the longest sum behind one element: the tolerance grows with its square root.</summary>
    public long SumLength { get; init; } = 1;
}

/// <summary>A call that must be refused.</summary>
/// <param name="Name">Says what is wrong with it.</param>
/// <param name="Call">The call; refused when the graph is built, or when the returned tensor is read.</param>
/// <param name="Message">Regular expression that the message matches.</param>
public sealed record Refusal(string Name, Func<Tensor> Call, string Message);

/// <summary>How a sample's input lies in memory.</summary>
public enum SampleView
{
    /// <summary>Row-major.</summary>
    Contiguous,

    /// <summary>The last two axes swapped in memory (a flip for rank 1).</summary>
    Transposed,

    /// <summary>Every second element of a larger buffer along the last axis, from an offset.</summary>
    Strided,

    /// <summary>Read backwards along the last axis: negative stride.</summary>
    Flipped,

    /// <summary>Axis 0 stretched from size 1: stride 0.</summary>
    Stretched,
}

/// <summary>One input of a sample.</summary>
/// <param name="Shape">Its shape.</param>
/// <param name="Domain">Which values to draw.</param>
/// <param name="View">How it lies in memory.</param>
/// <param name="Type">A fixed type (indices, masks); null for the type under test.</param>
public sealed record SampleInput(Shape Shape, Domain Domain, SampleView View = SampleView.Contiguous, DType? Type = null);

/// <summary>A range of values to draw from, uniformly.</summary>
/// <param name="Low">Least value.</param>
/// <param name="High">Greatest value; for integers inclusive.</param>
public sealed record Domain(double Low, double High)
{
    /// <summary>Only whole numbers.</summary>
    public bool Whole { get; init; }

    /// <summary>No two equal: values lie on a shuffled, evenly spaced grid (for sorting and maxima).</summary>
    public bool Distinct { get; init; }

    /// <summary>Keeps this distance from every kink in <see cref="Kinks"/>.</summary>
    public double Margin { get; init; } = 0.05;

    /// <summary>Points to keep away from, where the gradient jumps.</summary>
    public IReadOnlyList<double> Kinks { get; init; } = [];

    /// <summary>These values are drawn first, in order (NaN, infinities, zeros); the rest is uniform.</summary>
    public IReadOnlyList<double> Special { get; init; } = [];

    /// <summary>−3 … 3.</summary>
    public static Domain Any { get; } = new(-3, 3);

    /// <summary>0.1 … 4.</summary>
    public static Domain Positive { get; } = new(0.1, 4);

    /// <summary>−3 … 3 away from zero.</summary>
    public static Domain NonZero { get; } = new(-3, 3) { Kinks = [0], Margin = 0.2 };

    /// <summary>0 and 1, for masks.</summary>
    public static Domain Mask { get; } = new(0, 1) { Whole = true };

    /// <summary>Distinct values in −3 … 3.</summary>
    public static Domain Different { get; } = new(-3, 3) { Distinct = true };

    /// <summary>Whole numbers low … high, both included.</summary>
    public static Domain Integers(long low, long high) => new(low, high) { Whole = true };

    /// <summary>NaN, infinities, signed zeros, then ordinary values.</summary>
    public static Domain Extremes { get; } = new(-3, 3)
    {
        Special = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.0, -0.0, 1e-40, 65504, -65504, 1, -1, 0.5],
    };

    /// <summary>Draws values, deterministically from the generator.</summary>
    public double[] Draw(Random random, long count)
    {
        var values = new double[count];
        if (Distinct)
        {
            for (long i = 0; i < count; i++) values[i] = Low + (High - Low) * (i + 0.5) / count;
            random.Shuffle(values);
            return values;
        }
        for (long i = 0; i < count; i++)
            do
                values[i] = i < Special.Count ? Special[(int)i]
                    : Whole ? Math.Floor(Low + random.NextDouble() * (High - Low + 1))
                    : Low + random.NextDouble() * (High - Low);
            while (i >= Special.Count && Kinks.Any(kink => Math.Abs(values[i] - kink) < Margin));
        return values;
    }
}
