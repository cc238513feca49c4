using System.Globalization;
using CudaNet.Bench.Measuring;
using Spectre.Console;

namespace CudaNet.Bench.Reports;

/// <summary>The comparison for a person.</summary>
internal static class ComparisonTable
{
    // Cores that other programs use; with more, the times of a row say little.
    private const double Noisy = 0.1;

    private static readonly string[] Columns =
        ["ours min", "ours median", "peer min", "peer median", "stock peer", "counts", "middle half", "of bests", "our rate", "of peak", "peer", "others", "difference", "load"];

    internal static void WritePeak(MachinePeak peak) => AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
        $"peak of this machine, {peak.Threads} threads: [bold]{peak.GigaFlops:F0}[/] GFLOP/s f32 ({peak.VectorBits}-bit FMA), [bold]{peak.GigaBytes:F1}[/] GB/s (triad)");

    internal static void WriteSuite(string suite, string about, IReadOnlyList<Comparison> rows)
    {
        var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle(Markup.Escape($"{suite}: {about}; {rows[0].Threads} threads")) };
        table.AddColumn("workload");
        foreach (var column in Columns)
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        foreach (var row in rows.Where(row => !row.Failed))
            table.AddRow([.. Cells(row)]);
        AnsiConsole.Write(table);
        foreach (var row in rows.Where(row => row.Failed))
            AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]{row.Name}: {row.Measured.Failure}[/]");
    }

    private static IEnumerable<string> Cells(Comparison row)
    {
        yield return Markup.Escape(row.Name);
        yield return Figures.Value(row, row.OursBest);
        yield return Figures.Value(row, row.OursMedian);
        yield return Figures.Value(row, row.PeerBest);
        yield return Figures.Value(row, row.PeerMedian);
        yield return Figures.Value(row, row.StockMedian);
        yield return row.IsCompared ? Format($"[{(row.Ratio >= 1 ? "green" : "yellow")}]{row.Ratio:F2}[/]") : "-";
        yield return row.IsCompared ? Format($"{row.RatioSpread.Low:F2}-{row.RatioSpread.High:F2}") : "-";
        yield return row.IsCompared ? Format($"{row.BestRatio:F2}") : "-";
        yield return Figures.Rate(row, row.OursBest);
        yield return Figures.Share(row, row.OursBest);
        yield return Figures.Share(row, row.PeerBest);
        yield return Markup.Escape(Figures.Others(row));
        yield return Format($"[{(row.Agrees ? "default" : "red")}]{row.Measured.Disagreement:E0}[/]");
        yield return row.Measured.ForeignCores is { } cores ? Format($"[{(cores > Noisy ? "yellow" : "default")}]{cores:F1}[/]") : "-";
    }

    internal static void WriteSummary(int threads, IReadOnlyList<Comparison> rows, double? foreignCores)
    {
        if (foreignCores > Noisy)
            AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
                $"[yellow]Other programs kept {foreignCores:F1} cores busy meanwhile: ratios are rough, rates too low.[/]");
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{threads} threads: {Figures.Summary(rows)}");
        foreach (var row in rows.Where(row => !row.Agrees && !row.Failed))
            AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
                $"[red]{row.Suite}: {row.Name}: the results differ by {row.Measured.Disagreement:E1}, allowed are {row.Measured.Tolerance:E1}[/]");
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
