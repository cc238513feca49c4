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

    internal static JsonObject Figures(MachinePeak peak, IReadOnlyList<Comparison> rows, double? foreignCores)
    {
        var figures = Figures(peak);
        figures["foreign_cores"] = foreignCores;
        var ratios = rows.Where(row => row.HasOurs).Select(row => row.Ratio).ToArray();
        if (ratios.Length > 0)
        {
            figures["geometric_mean"] = Statistics.GeometricMean(ratios);
            figures["worst"] = ratios.Min();
        }
        return figures;
    }

    internal static JsonObject Row(Comparison row)
    {
        var json = new JsonObject
        {
            ["suite"] = row.Suite,
            ["name"] = row.Name,
            ["peer_min_s"] = row.Timing.Peer.Min(),
            ["peer_median_s"] = row.PeerMedian,
            ["peer_share_of_peak"] = row.ShareOfPeak(row.PeerMedian),
            ["flops"] = row.Flops,
            ["bytes"] = row.Bytes,
            ["compute_bound"] = row.IsComputeBound,
            ["pairs"] = row.Timing.Peer.Length,
            ["foreign_cores"] = row.ForeignCores,
        };
        if (row.HasOurs)
        {
            json["ours_min_s"] = row.Timing.Ours.Min();
            json["ours_median_s"] = row.OursMedian;
            json["ours_share_of_peak"] = row.ShareOfPeak(row.OursMedian);
            json["ratio"] = row.Ratio;
            json["ratio_of_bests"] = row.BestRatio;
            json["ratio_low"] = row.RatioSpread.Low;
            json["ratio_high"] = row.RatioSpread.High;
            // JSON has no infinity, which stands for results that cannot be compared.
            json["disagreement"] = double.IsFinite(row.Disagreement) ? row.Disagreement : null;
            json["agrees"] = row.Agrees;
        }
        return json;
    }
}
