namespace CudaNet.Bench.Measuring;

internal static class Statistics
{
    internal static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    /// <summary>Linear interpolation between the neighbouring order statistics; NaN when there are none.</summary>
    internal static double Quantile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0)
            return double.NaN;
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    internal static double GeometricMean(IReadOnlyCollection<double> values) =>
        values.Count == 0 ? double.NaN : Math.Exp(values.Average(Math.Log));

    /// <summary>Greatest difference relative to the greatest expected value; infinite for other lengths or a NaN.</summary>
    internal static double Disagreement(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        if (actual.Length != expected.Length)
            return double.PositiveInfinity;
        double difference = 0, scale = 1e-30;
        for (var i = 0; i < actual.Length; i++)
        {
            var here = Math.Abs((double)actual[i] - expected[i]);
            if (double.IsNaN(here))
                return double.PositiveInfinity;
            difference = Math.Max(difference, here);
            scale = Math.Max(scale, Math.Abs((double)expected[i]));
        }
        return difference / scale;
    }
}
