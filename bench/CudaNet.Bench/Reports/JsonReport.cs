using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CudaNet.Bench.Measuring;
using CudaNet.IO;

namespace CudaNet.Bench.Reports;

/// <summary>The same figures for programs, in the form of all commands here: command, ok, figures, rows.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    internal static void Write(string file, string command, bool ok, JsonObject figures, JsonArray rows)
    {
        var report = new JsonObject { ["command"] = command, ["ok"] = ok, ["figures"] = figures, ["rows"] = rows };
        AtomicFile.Write(file, Encoding.UTF8.GetBytes(report.ToJsonString(Indented) + "\n"));
    }

    internal static JsonObject Figures(MachinePeak peak) => new()
    {
        ["threads"] = peak.Threads,
        ["peak_gflops"] = peak.GigaFlops,
        ["peak_gbytes"] = peak.GigaBytes,
    };

    /// <summary>Peaks and summaries of each number of threads; a single number's without a suffix.</summary>
    internal static JsonObject Figures(IReadOnlyList<MachinePeak> peaks, IReadOnlyList<Comparison> rows, double? foreignCores)
    {
        var figures = new JsonObject { ["foreign_cores"] = foreignCores };
        foreach (var peak in peaks)
        {
            var suffix = peaks.Count == 1 ? "" : $"_{peak.Threads}t";
            figures[$"peak_gflops{suffix}"] = peak.GigaFlops;
            figures[$"peak_gbytes{suffix}"] = peak.GigaBytes;
            var ratios = rows.Where(row => row.Threads == peak.Threads && row.IsCompared && row.IsTimed).Select(row => row.Ratio).ToArray();
            if (ratios.Length == 0)
                continue;
            figures[$"geometric_mean{suffix}"] = Statistics.GeometricMean(ratios);
            figures[$"worst{suffix}"] = ratios.Min();
        }
        return figures;
    }

    internal static JsonObject Row(Comparison row)
    {
        var unit = row.IsTimed ? "s" : "bytes";
        var json = new JsonObject
        {
            ["suite"] = row.Suite,
            ["name"] = row.Name,
            ["threads"] = row.Threads,
            ["flops"] = row.Measured.Flops,
            ["bytes"] = row.Measured.Bytes,
            ["compute_bound"] = row.IsComputeBound,
            ["pairs"] = row.Measured.Ours.Length,
            ["foreign_cores"] = row.Measured.ForeignCores,
            // JSON has no infinity, which stands for results that cannot be compared.
            ["disagreement"] = Finite(row.Measured.Disagreement),
            ["agrees"] = row.Agrees,
        };
        if (row.Failed)
            json["failure"] = row.Measured.Failure;
        if (row.HasOurs)
        {
            json[$"ours_min_{unit}"] = row.OursBest;
            json[$"ours_median_{unit}"] = row.OursMedian;
            json["ours_share_of_peak"] = row.HasRate ? row.ShareOfPeak(row.OursBest) : null;
        }
        if (row.HasPeer)
        {
            json[$"peer_min_{unit}"] = row.PeerBest;
            json[$"peer_median_{unit}"] = row.PeerMedian;
            json["peer_share_of_peak"] = row.HasRate ? row.ShareOfPeak(row.PeerBest) : null;
            json["peer_stock_median_s"] = Finite(row.StockMedian);
        }
        if (row.IsCompared)
        {
            json["ratio"] = row.Ratio;
            json["ratio_of_medians"] = row.MedianRatio;
            json["ratio_of_bests"] = row.BestRatio;
            json["ratio_low"] = row.RatioSpread.Low;
            json["ratio_high"] = row.RatioSpread.High;
        }
        foreach (var (name, ratio) in row.OtherRatios)
            json[$"ratio_{name.ToLowerInvariant().Replace(' ', '_')}"] = ratio;
        return json;
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
