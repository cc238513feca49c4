namespace CudaNet.Nn;

/// <summary>How rotary positions reach beyond the length that a model was trained with.</summary>
public sealed record RotaryScaling
{
    private readonly Func<long, double, double[]> _frequencies;

    private RotaryScaling(string name, Func<long, double, double[]> frequencies, double magnitude = 1) => (Name, _frequencies, Magnitude) = (name, frequencies, magnitude);

    /// <summary>Not at all.</summary>
    public static RotaryScaling None { get; } = new("none", Plain);

    /// <summary>Its name and factor.</summary>
    public string Name { get; }

    /// <summary>Factor of the turned rows; YaRN sharpens the scores by it.</summary>
    public double Magnitude { get; }

    /// <summary>Positions are divided by a factor (Chen et al. 2023).</summary>
    public static RotaryScaling Linear(double factor) => new($"linear {Checked(factor)}", (depth, b) => [.. Plain(depth, b).Select(f => f / factor)]);

    /// <summary>The base grows so that the slowest pair turns as slowly as with <see cref="Linear"/> and the fastest as before.</summary>
    public static RotaryScaling Ntk(double factor) => new($"NTK {Checked(factor)}", (depth, b) => Plain(depth, depth == 2 ? b : b * Math.Pow(factor, depth / (depth - 2.0))));

    /// <summary>Pairs that turn often within the length of training stay as they are, those that turn seldom are slowed by the factor, and
    /// between lies a ramp (Peng et al. 2023).</summary>
    /// <param name="factor">New length over that of training.</param>
    /// <param name="originalLength">Length of training.</param>
    /// <param name="fast">Turns within it from which on a pair stays as it is.</param>
    /// <param name="slow">Turns up to which it is slowed wholly.</param>
    public static RotaryScaling Yarn(double factor, long originalLength, double fast = 32, double slow = 1) => new($"YaRN {Checked(factor)}", (depth, b) =>
    {
        double PairOf(double turns) => depth * Math.Log(originalLength / (turns * 2 * Math.PI)) / (2 * Math.Log(b));
        double low = Math.Max(0, Math.Floor(PairOf(fast))), high = Math.Min(depth - 1, Math.Ceiling(PairOf(slow)));
        return [.. Plain(depth, b).Select((f, i) =>
        {
            var slowed = Math.Clamp((i - low) / Math.Max(1e-3, high - low), 0, 1);
            return f / factor * slowed + f * (1 - slowed);
        })];
    }, 0.1 * Math.Log(factor) + 1);

    internal double[] Frequencies(long depth, double frequencyBase) => _frequencies(depth, frequencyBase);

    private static double[] Plain(long depth, double frequencyBase) => [.. Enumerable.Range(0, (int)(depth / 2)).Select(i => Math.Pow(frequencyBase, -2.0 * i / depth))];

    private static double Checked(double factor) => factor >= 1 ? factor
        : throw new ArgumentOutOfRangeException(nameof(factor), factor, $"RotaryScaling: the factor is {factor}. Give 1 or more: the new length over that of training.");
}
