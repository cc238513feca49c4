using System.Globalization;
using CudaNet.Bench.Measuring;
using Spectre.Console;

namespace CudaNet.Bench.Reports;

/// <summary>The comparison for a person.</summary>
internal static class ComparisonTable
{
    // Cores that other programs use; with more, the times of a row say little.
    private const double Noisy = 0.1;

    internal static void WritePeak(MachinePeak peak) => AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
        $"peak of this machine, {peak.Threads} threads: [bold]{peak.GigaFlops:F0}[/] GFLOP/s f32 ({peak.VectorBits}-bit FMA), [bold]{peak.GigaBytes:F1}[/] GB/s (triad)");

    internal static void WriteSuite(string suite, string about, IReadOnlyList<Comparison> rows)
    {
        var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle($"{suite}: {about}") };
        table.AddColumn("workload");
        foreach (var column in new[] { "ours min", "ours median", "peer min", "peer median", "peer/ours", "middle half", "of bests", "our rate", "of peak", "peer rate", "of peak", "difference", "others" })
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        foreach (var row in rows)
            table.AddRow([.. Cells(row)]);
        AnsiConsole.Write(table);
    }

    private static IEnumerable<string> Cells(Comparison row)
    {
        yield return Markup.Escape(row.Name);
        yield return row.HasOurs ? Time(row.Timing.Ours.Min()) : "-";
        yield return row.HasOurs ? Time(row.OursMedian) : "-";
        yield return Time(row.Timing.Peer.Min());
        yield return Time(row.PeerMedian);
        yield return row.HasOurs ? Format($"[{(row.Ratio >= 1 ? "green" : "yellow")}]{row.Ratio:F2}[/]") : "-";
        yield return row.HasOurs ? Format($"{row.RatioSpread.Low:F2}-{row.RatioSpread.High:F2}") : "-";
        yield return row.HasOurs ? Format($"{row.BestRatio:F2}") : "-";
        yield return row.HasOurs ? Rate(row, row.OursMedian) : "-";
        yield return row.HasOurs ? Format($"{row.ShareOfPeak(row.OursMedian):P0}") : "-";
        yield return Rate(row, row.PeerMedian);
        yield return Format($"{row.ShareOfPeak(row.PeerMedian):P0}");
        yield return row.HasOurs ? Format($"[{(row.Agrees ? "default" : "red")}]{row.Disagreement:E0}[/]") : "-";
        yield return row.ForeignCores is { } cores ? Format($"[{(cores > Noisy ? "yellow" : "default")}]{cores:F1}[/]") : "-";
    }

    internal static void WriteSummary(IReadOnlyList<Comparison> rows, double? foreignCores)
    {
        if (foreignCores > Noisy)
            AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
                $"[yellow]Other programs kept {foreignCores:F1} cores busy meanwhile: ratios are rough, rates too low.[/]");
        var compared = rows.Where(row => row.HasOurs).ToArray();
        if (compared.Length == 0)
        {
            AnsiConsole.MarkupLine("Nothing to compare: only the peer has these workloads.");
            return;
        }
        var worst = compared.MinBy(row => row.Ratio)!;
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
            $"geometric mean of peer/ours over {compared.Length} workloads: [bold]{Statistics.GeometricMean([.. compared.Select(row => row.Ratio)]):F2}[/] (of the best times {Statistics.GeometricMean([.. compared.Select(row => row.BestRatio)]):F2}); worst: [bold]{worst.Ratio:F2}[/] ({worst.Suite}: {worst.Name})");
        foreach (var row in compared.Where(row => !row.Agrees))
            AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
                $"[red]{row.Suite}: {row.Name}: the results differ by {row.Disagreement:E1}, allowed are {row.Tolerance:E1}[/]");
    }

    private static string Rate(Comparison row, double seconds) => Format($"{row.Rate(seconds):F1} {(row.IsComputeBound ? "GFLOP/s" : "GB/s")}");

    private static string Time(double seconds) => seconds switch
    {
        < 1e-3 => Format($"{seconds * 1e6:F1} µs"),
        < 1 => Format($"{seconds * 1e3:F2} ms"),
        _ => Format($"{seconds:F2} s"),
    };

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
