using System.Globalization;
using CudaNet.Bench.Measuring;

namespace CudaNet.Bench.Reports;

/// <summary>Figures as text.</summary>
internal static class Figures
{
    /// <summary>A time, or a size where sizes are compared.</summary>
    internal static string Value(Comparison row, double value) => row.IsTimed ? Time(value) : double.IsNaN(value) ? "-" : Format($"{value / 1e6:F1} MB");

    private static string Time(double seconds) => seconds switch
    {
        double.NaN => "-",
        < 1e-3 => Format($"{seconds * 1e6:F1} µs"),
        < 1 => Format($"{seconds * 1e3:F2} ms"),
        _ => Format($"{seconds:F2} s"),
    };

    internal static string Rate(Comparison row, double seconds) => double.IsNaN(seconds) || !row.HasRate ? "-" : Format($"{row.Rate(seconds):F1} {(row.IsComputeBound ? "GFLOP/s" : "GB/s")}");

    internal static string Share(Comparison row, double seconds) => double.IsNaN(seconds) || !row.HasRate ? "-" : Format($"{row.ShareOfPeak(seconds):P0}");

    /// <summary>As in "OpenBLAS 1.02, ONNX Runtime 1.31".</summary>
    internal static string Others(Comparison row)
    {
        var text = string.Join(", ", row.OtherRatios.Select(other => Format($"{other.Name} {other.Ratio:F2}")));
        return text.Length > 0 ? text : "-";
    }

    /// <summary>Of what is timed on both sides; sizes are another kind of number.</summary>
    internal static string Summary(IEnumerable<Comparison> rows)
    {
        var compared = rows.Where(row => row.IsCompared && row.IsTimed).ToArray();
        if (compared.Length == 0)
            return "no times to compare: only one side has these workloads";
        var worst = compared.MinBy(row => row.Ratio)!;
        return Format($"geometric mean of peer/ours over {compared.Length} workloads {Statistics.GeometricMean([.. compared.Select(row => row.Ratio)]):F2} (of the best times {Statistics.GeometricMean([.. compared.Select(row => row.BestRatio)]):F2}); worst {worst.Ratio:F2} ({worst.Suite}: {worst.Name}); behind in {compared.Count(row => row.Ratio < 1)}");
    }

    internal static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
