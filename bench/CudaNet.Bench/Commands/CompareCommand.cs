using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CudaNet.Bench.Measuring;
using CudaNet.Bench.Reports;
using CudaNet.Bench.Suites;

namespace CudaNet.Bench.Commands;

/// <summary><c>compare</c>: all sides by turns on the same inputs, a process a suite.</summary>
internal static class CompareCommand
{
    // The stock figure is a note beside the one that counts.
    private const double StockShare = 0.4;

    internal static Command Create()
    {
        var suite = new Option<string[]>("--suite") { Description = $"Only these: {SuiteNames()}.", AllowMultipleArgumentsPerToken = true };
        suite.Validators.Add(result =>
        {
            foreach (var name in result.GetValueOrDefault<string[]>() ?? [])
                if (Suite.All.All(known => known.Name != name))
                    result.AddError($"There is no suite '{name}'. There are: {SuiteNames()}.");
        });
        var filter = new Option<string?>("--filter") { Description = "Only workloads whose name contains this." };
        var threads = new Option<int[]>("--threads") { Description = "Threads of all sides; several numbers for several runs. Default: 1 and all.", AllowMultipleArgumentsPerToken = true };
        threads.Validators.Add(result =>
        {
            if ((result.GetValueOrDefault<int[]>() ?? []).Any(count => count is < 1 or > 1024))
                result.AddError("--threads must lie between 1 and 1024.");
        });
        var seconds = new Option<double>("--seconds") { Description = "Least time that each side is measured for a workload.", DefaultValueFactory = _ => 0.3 };
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= 3600))
                result.AddError("--seconds must be positive, and at most 3600.");
        });
        var noStock = new Option<bool>("--no-stock") { Description = "Do not measure the peer with the allocator as it comes." };
        var json = CommonOptions.Json();
        var markdown = new Option<string?>("--markdown") { Description = "Write the tables to this file, as docs/performance-cpu.md." };
        var command = new Command("compare", "Time CudaNet against TorchSharp, ONNX Runtime and OpenBLAS, by turns, on the same inputs.") { suite, filter, threads, seconds, noStock, json, markdown };
        command.SetAction(result => Run(
            result.GetValue(suite) ?? [], result.GetValue(filter) ?? "", result.GetValue(threads) ?? [], result.GetValue(seconds),
            !result.GetValue(noStock), result.GetValue(json), result.GetValue(markdown)));
        return command;
    }

    private static string SuiteNames() => string.Join(", ", Suite.All.Select(suite => suite.Name));

    private static int Run(string[] suites, string filter, int[] threads, double seconds, bool stock, string? json, string? markdown)
    {
        if (threads.Length == 0)
            threads = [.. new[] { 1, Environment.ProcessorCount }.Distinct()];
        var load = new ForeignLoad();
        var all = new List<Comparison>();
        var crashed = new List<string>();
        var peaks = new List<MachinePeak>();
        foreach (var count in threads)
        {
            var peak = MachinePeak.Measure(count);
            peaks.Add(peak);
            ComparisonTable.WritePeak(peak);
            foreach (var suite in Suite.All.Where(suite => suites.Length == 0 || suites.Contains(suite.Name)))
            {
                if (suite.IsOfOneThread && count != threads[0])
                    continue;
                var alone = stock ? Measure(suite, filter, count, seconds * StockShare, peerOnly: true, crashed) : [];
                var stockTimes = alone.ToDictionary(row => row.Name, row => row.Peer);
                var rows = Measure(suite, filter, count, seconds, peerOnly: false, crashed)
                    .ConvertAll(row => new Comparison(row, peak, count, stockTimes.GetValueOrDefault(row.Name, [])));
                if (rows.Count > 0)
                    ComparisonTable.WriteSuite(suite.Name, suite.About, rows);
                all.AddRange(rows);
            }
        }
        if (all.Count == 0 && crashed.Count == 0)
        {
            Console.Error.WriteLine($"No workload's name contains '{filter}'.");
            return 1;
        }
        foreach (var count in threads)
            ComparisonTable.WriteSummary(count, [.. all.Where(row => row.Threads == count)], load.Cores);
        foreach (var suite in crashed)
            Console.Error.WriteLine($"{suite}: its process ended early; rows may be missing.");
        var ok = crashed.Count == 0 && all.TrueForAll(row => row.Agrees);
        if (json is not null)
            JsonReport.Write(json, "bench compare", ok, JsonReport.Figures(peaks, all, load.Cores), new JsonArray([.. all.Select(JsonReport.Row)]));
        if (markdown is not null)
            MarkdownReport.Write(markdown, peaks, all, load.Cores, seconds);
        return ok ? 0 : 1;
    }

    private static List<Measurement> Measure(Suite suite, string filter, int threads, double seconds, bool peerOnly, List<string> crashed)
    {
        var file = Path.GetTempFileName();
        try
        {
            List<string> arguments =
            [
                "measure", "--suite", suite.Name, "--filter", filter, "--threads", threads.ToString(CultureInfo.InvariantCulture),
                "--seconds", seconds.ToString(CultureInfo.InvariantCulture), "--output", file,
            ];
            if (peerOnly)
                arguments.Add("--peer-only");
            if (ChildProcess.Run(arguments, keptHeap: !peerOnly) != 0)
                crashed.Add(suite.Name);
            return new FileInfo(file).Length == 0 ? [] : JsonSerializer.Deserialize<List<Measurement>>(File.ReadAllBytes(file), MeasureCommand.Json)!;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
