namespace CudaNet.Nn;

/// <summary>Checks of sizes that modules are built with.</summary>
internal static class Sizes
{
    private static readonly string[] AxisNames = ["length", "height, width", "depth, height, width"];

    public static long Positive(long size, string module, string name) => size > 0 ? size
        : throw new ShapeException($"{module}: {name} is {size}. It must be 1 or more.");

    /// <summary>A probability from 0 to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is none.</exception>
    public static double Probability(double p, string module) => p is >= 0 and <= 1 ? p
        : throw new ArgumentOutOfRangeException(nameof(p), p, $"{module}: p is {p}. Give a probability from 0 to 1.");

    /// <summary>A deviation of 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or no number.</exception>
    public static double Deviation(double deviation, string module) => deviation >= 0 ? deviation
        : throw new ArgumentOutOfRangeException(nameof(deviation), deviation, $"{module}: the deviation is {deviation}. Give 0 or more.");

    /// <summary>The spatial axes of an input, for messages.</summary>
    public static string Axes(int spatial) => AxisNames[spatial - 1];

    /// <summary>Sizes as in "3×3".</summary>
    public static string Product(Shape sizes) => string.Join("×", sizes.ToArray());

    /// <summary>One number where all are equal, else all: "2" or "[2, 1]".</summary>
    public static string Short(Shape sizes) => sizes.ToArray().Distinct().Count() == 1 ? $"{sizes[0]}" : $"{sizes}";
}
