using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CudaNet.GpuBench;

/// <summary>Joins what the programs measured to a page: one row a workload, one column a program.</summary>
internal static class PerformancePage
{
    public static int Write(string folder)
    {
        var ours = Read(Path.Combine(folder, "ours.json")) ?? throw new FileNotFoundException("ours.json is missing: run bench first.");
        var torch = Read(Path.Combine(folder, "torch.json"));
        if (torch is not null && torch.Card != ours.Card) throw new InvalidDataException($"ours.json is of {ours.Card}, torch.json of {torch.Card}.");
        Measurement[] all = [.. ours.Measurements, .. torch?.Measurements ?? []];
        var programs = all.Select(measurement => measurement.By).Distinct().ToList();
        var page = new StringBuilder();
        page.Append("# Performance on a GPU\n\nWritten by `tools/gpu/gpu.sh run`; do not edit. Best of five averages, timed by events on one stream.\n\n");
        page.Append(CultureInfo.InvariantCulture, $"**{ours.Card}**, {string.Join(", ", ours.Versions.Concat(torch?.Versions ?? new Dictionary<string, string>()).Select(pair => $"{pair.Key} {pair.Value}"))}.\n");
        page.Append(CultureInfo.InvariantCulture, $"Peaks by multiprocessors, clock and bus: {ours.PeakTensorFlops / 1e12:F0} TFLOP/s in bf16, {ours.PeakBandwidth / 1e12:F2} TB/s.\n\n");
        if (torch is null) page.Append("PyTorch was not on that machine.\n\n");
        page.Append($"| workload | {string.Join(" | ", programs)} | ours, of peak | best peer / ours |\n|---|{string.Concat(Enumerable.Repeat("---|", programs.Count))}---|---|\n");
        foreach (var group in all.GroupBy(measurement => measurement.Workload))
        {
            var own = group.FirstOrDefault(measurement => measurement.By == "ours");
            var peer = group.Where(measurement => measurement.By != "ours").Select(measurement => measurement.Microseconds).DefaultIfEmpty(double.NaN).Min();
            page.Append($"| {group.Key} | {string.Join(" | ", programs.Select(by => Text(group.FirstOrDefault(measurement => measurement.By == by))))} | {Peak(own, ours)} | {(own is null || double.IsNaN(peer) ? "" : (peer / own.Microseconds).ToString("F2", CultureInfo.InvariantCulture))} |\n");
        }
        File.WriteAllText(Path.Combine(folder, "performance-gpu.md"), page.ToString());
        File.WriteAllText(Path.Combine(folder, "performance-gpu.json"), JsonSerializer.Serialize(ours with { Measurements = all }, Results.Json));
        Console.Write(page);
        return 0;
    }

    private static Results? Read(string path) => File.Exists(path) ? JsonSerializer.Deserialize<Results>(File.ReadAllText(path), Results.Json) : null;

    private static string Text(Measurement? measurement) => measurement is null ? ""
        : measurement.Flops > 0 ? string.Create(CultureInfo.InvariantCulture, $"{measurement.Microseconds:F1} µs, {measurement.Flops / measurement.Microseconds / 1e6:F1} TFLOP/s")
        : string.Create(CultureInfo.InvariantCulture, $"{measurement.Microseconds:F1} µs, {measurement.Bytes / measurement.Microseconds / 1e3:F0} GB/s");

    private static string Peak(Measurement? measurement, Results results)
    {
        if (measurement is null) return "";
        var share = measurement.Flops > 0 ? measurement.Flops / measurement.Microseconds * 1e6 / results.PeakTensorFlops : measurement.Bytes / measurement.Microseconds * 1e6 / results.PeakBandwidth;
        return double.IsFinite(share) ? string.Create(CultureInfo.InvariantCulture, $"{share:P0}") : "";
    }
}
