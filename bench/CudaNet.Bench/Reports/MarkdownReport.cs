using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Bench.Measuring;
using CudaNet.Bench.Suites;
using CudaNet.IO;

namespace CudaNet.Bench.Reports;

/// <summary>The comparison as a page.</summary>
internal static class MarkdownReport
{
    internal static void Write(string file, IReadOnlyList<MachinePeak> peaks, IReadOnlyList<Comparison> rows, double? foreignCores, double seconds)
    {
        var text = new StringBuilder();
        text.AppendLine("# Performance on a CPU");
        text.AppendLine();
        text.AppendLine("Generated; do not edit. Command:");
        text.AppendLine();
        text.AppendLine($"    dotnet run -c Release --project bench/CudaNet.Bench -- compare --markdown {file}");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"On {Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}, at least {seconds} s a side and workload.");
        text.AppendLine(CultureInfo.InvariantCulture, $"Peers: TorchSharp {Version("TorchSharp")}, ONNX Runtime {Version("Microsoft.ML.OnnxRuntime")}, OpenBLAS {OpenBlas.Version ?? "not installed"}.");
        if (foreignCores is { } cores)
            text.AppendLine(CultureInfo.InvariantCulture, $"Other programs kept {cores:F2} cores busy meanwhile{(cores > 0.1 ? ": ratios are rough, rates too low" : "")}.");
        text.AppendLine();
        text.AppendLine("Ratios are the peer's time over ours: above 1 CudaNet is ahead. **Counts** is the ratio of medians, below a millisecond that of the best times,");
        text.AppendLine("against the peer with a heap that keeps its memory (see [the benchmarks](../bench/CudaNet.Bench/README.md)); *stock* is the peer's median with glibc as it comes.");
        text.AppendLine("Others are further peers' best times over ours. Rates are ours, of the best time, beside the peak that bounds the workload.");
        foreach (var peak in peaks)
        {
            var ofThreads = rows.Where(row => row.Threads == peak.Threads).ToArray();
            text.AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"## {peak.Threads} {(peak.Threads == 1 ? "thread" : "threads")}");
            text.AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"Measured peak: {peak.GigaFlops:F0} GFLOP/s ({peak.VectorBits}-bit FMA in f32), {peak.GigaBytes:F1} GB/s (triad). {Capital(Figures.Summary(ofThreads))}.");
            foreach (var suite in ofThreads.GroupBy(row => row.Suite))
                WriteSuite(text, suite.Key, [.. suite]);
        }
        AtomicFile.Write(file, Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static void WriteSuite(StringBuilder text, string name, IReadOnlyList<Comparison> rows)
    {
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"### {name}: {Suite.All.First(suite => suite.Name == name).About}");
        text.AppendLine();
        text.AppendLine("| workload | ours | peer | stock | **counts** | spread | others | rate | of peak | peer |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var row in rows)
        {
            if (row.Failed)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Name} | failed: {row.Measured.Failure!.ReplaceLineEndings(" ")} |");
                continue;
            }
            var counts = row.IsCompared ? Figures.Format($"**{row.Ratio:F2}**") : "-";
            var spread = row.IsCompared ? Figures.Format($"{row.RatioSpread.Low:F2}–{row.RatioSpread.High:F2}") : "-";
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Name} | {Figures.Value(row, row.OursMedian)} | {Figures.Value(row, row.PeerMedian)} | {Figures.Value(row, row.StockMedian)} | {counts} | {spread} | {Figures.Others(row)} | {Figures.Rate(row, row.OursBest)} | {Figures.Share(row, row.OursBest)} | {Figures.Share(row, row.PeerBest)} |");
        }
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Version(string assembly) => Assembly.Load(assembly).GetName().Version?.ToString(3) ?? "?";

    private static string Processor()
    {
        const string file = "/proc/cpuinfo", key = "model name";
        var line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? $"{RuntimeInformation.ProcessArchitecture}";
    }
}
