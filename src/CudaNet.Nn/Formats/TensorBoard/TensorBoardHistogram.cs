namespace CudaNet.Nn.Formats.TensorBoard;

/// <summary>How numbers are distributed.</summary>
/// <param name="Min">The least.</param>
/// <param name="Max">The greatest.</param>
/// <param name="Count">How many.</param>
/// <param name="Sum">Their sum.</param>
/// <param name="SumOfSquares">The sum of their squares.</param>
/// <param name="Limits">Upper ends of the parts, ascending.</param>
/// <param name="Counts">How many numbers are in each part.</param>
public sealed record TensorBoardHistogram(double Min, double Max, double Count, double Sum, double SumOfSquares, IReadOnlyList<double> Limits, IReadOnlyList<double> Counts)
{
    private const int Parts = 30;

    /// <summary>Counts the finite numbers in parts of equal width.</summary>
    public static TensorBoardHistogram Of(ReadOnlySpan<double> values)
    {
        double min = double.PositiveInfinity, max = double.NegativeInfinity, sum = 0, squares = 0;
        long count = 0;
        foreach (var value in values)
        {
            if (!double.IsFinite(value)) continue;
            (min, max, sum, squares, count) = (Math.Min(min, value), Math.Max(max, value), sum + value, squares + value * value, count + 1);
        }
        if (count == 0) return new(0, 0, 0, 0, 0, [0], [0]);
        var width = max > min ? (max - min) / Parts : 1;
        var counts = new double[Parts];
        foreach (var value in values)
            if (double.IsFinite(value)) counts[Math.Clamp((int)((value - min) / width), 0, Parts - 1)]++;
        return new(min, max, count, sum, squares, [.. Enumerable.Range(1, Parts).Select(k => min + k * width)], counts);
    }
}
