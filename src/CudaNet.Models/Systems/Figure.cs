using System.Globalization;

namespace CudaNet.Models.Systems;

/// <summary>A number that a system's check found, with what it has to be.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">The number.</param>
/// <param name="Low">Least allowed value; −∞ for none.</param>
/// <param name="High">Greatest allowed value; ∞ for none.</param>
public sealed record Figure(string Name, double Value, double Low, double High)
{
    /// <summary>True when the value lies within its bounds; NaN never does.</summary>
    public bool Ok => Value >= Low && Value <= High;

    /// <summary>How far inside of its bounds the value lies; below 0 outside of them, NaN for NaN.</summary>
    public double Margin => double.IsNaN(Value) ? double.NaN : Math.Min(Value - Low, High - Value);

    /// <summary>The bounds for people: "≥ 0.97", "= 101770", "0.2 … 0.3".</summary>
    public string Bounds => (double.IsFinite(Low), double.IsFinite(High)) switch
    {
        (true, true) when Low == High => $"= {Text(Low)}",
        // A tolerance that the printed digits do not show.
        (true, true) when Text(Low) == Text(High) => $"= {Text((Low + High) / 2)} ± {Text((High - Low) / 2)}",
        (true, true) => $"{Text(Low)} … {Text(High)}",
        (true, false) => $"≥ {Text(Low)}",
        (false, true) => $"≤ {Text(High)}",
        _ => "",
    };

    /// <summary>A figure that must reach a threshold.</summary>
    public static Figure AtLeast(string name, double value, double threshold) => new(name, value, threshold, double.PositiveInfinity);

    /// <summary>A figure that must not pass a threshold.</summary>
    public static Figure AtMost(string name, double value, double threshold) => new(name, value, double.NegativeInfinity, threshold);

    /// <summary>A figure that must equal a value, up to a tolerance.</summary>
    public static Figure Equal(string name, double value, double expected, double tolerance = 0) => new(name, value, expected - tolerance, expected + tolerance);

    /// <summary>A condition: 1 for true, which it has to be.</summary>
    public static Figure Holds(string name, bool condition) => Equal(name, condition ? 1 : 0, 1);

    /// <summary>A number that is reported and not judged.</summary>
    public static Figure Report(string name, double value) => new(name, value, double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>As in "test accuracy 0.974 (≥ 0.96)".</summary>
    public override string ToString() => Bounds.Length == 0 ? $"{Name} {Text(Value)}" : $"{Name} {Text(Value)} ({Bounds})";

    /// <summary>A number as it is printed.</summary>
    public static string Text(double value) => value.ToString(Math.Abs(value) is >= 1e-3 and < 1e9 or 0 ? "0.######" : "0.###e0", CultureInfo.InvariantCulture);
}
