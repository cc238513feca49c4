using System.CommandLine;
using System.Text.Json.Nodes;
using CudaNet.Bench.Measuring;
using CudaNet.Bench.Reports;
using CudaNet.Bench.Suites;
using CudaNet.Cpu.Threading;
using CudaNet.Shared;
using TorchSharp;

namespace CudaNet.Bench.Commands;

/// <summary><c>compare</c>: both sides by turns in one process on the same inputs.</summary>
internal static class CompareCommand
{
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
        var threads = CommonOptions.Threads("Threads of both sides.");
        var seconds = new Option<double>("--seconds") { Description = "Least time that either side is measured for a workload.", DefaultValueFactory = _ => 2 };
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= 3600))
                result.AddError("--seconds must be positive, and at most 3600.");
        });
        var json = CommonOptions.Json();
        var command = new Command("compare", "Time CudaNet against TorchSharp, by turns, on the same inputs.") { suite, filter, threads, seconds, json };
        command.SetAction(result => Run(
            result.GetValue(suite) ?? [], result.GetValue(filter) ?? "", result.GetValue(threads), result.GetValue(seconds), result.GetValue(json)));
        return command;
    }

    private static string SuiteNames() => string.Join(", ", Suite.All.Select(suite => suite.Name));

    private static int Run(string[] suites, string filter, int threads, double seconds, string? json)
    {
        if (TorchLoader.Problem is { } problem)
        {
            Console.Error.WriteLine($"No comparison: {problem}");
            return 1;
        }
        torch.set_num_threads(threads);
        WorkerPool.Threads = threads;

        var peak = MachinePeak.Measure(threads);
        ComparisonTable.WritePeak(peak);
        var load = new ForeignLoad();
        var all = new List<Comparison>();
        foreach (var suite in Suite.All.Where(suite => suites.Length == 0 || suites.Contains(suite.Name)))
        {
            var rows = Measure(suite, filter, seconds, peak);
            if (rows.Count > 0)
                ComparisonTable.WriteSuite(suite.Name, suite.About, rows);
            all.AddRange(rows);
        }
        if (all.Count == 0)
        {
            Console.Error.WriteLine($"No workload's name contains '{filter}'.");
            return 1;
        }
        ComparisonTable.WriteSummary(all, load.Cores);
        var ok = all.All(row => row.Agrees);
        if (json is not null)
            JsonReport.Write(json, "bench compare", ok, JsonReport.Figures(peak, all, load.Cores), new JsonArray([.. all.Select(JsonReport.Row)]));
        return ok ? 0 : 1;
    }

    private static List<Comparison> Measure(Suite suite, string filter, double seconds, MachinePeak peak)
    {
        var rows = new List<Comparison>();
        foreach (var create in suite.Workloads)
        {
            using var workload = create();
            if (!workload.Name.Contains(filter, StringComparison.OrdinalIgnoreCase))
                continue;
            ShowProgress($"{suite.Name}: {workload.Name}");
            var disagreement = workload.Disagreement();
            var load = new ForeignLoad();
            var timing = PairedTiming.Measure(workload, seconds);
            rows.Add(new Comparison(suite.Name, workload.Name, workload.Flops, workload.Bytes, timing, disagreement, workload.Tolerance, peak)
            {
                ForeignCores = load.Cores,
            });
        }
        ShowProgress("");
        return rows;
    }

    /// <summary>One line that replaces itself, on a terminal only. Nothing animated: it would run beside what is timed.</summary>
    private static void ShowProgress(string text)
    {
        const string clearLine = "\e[2K\r";
        if (!Console.IsErrorRedirected)
            Console.Error.Write(clearLine + text);
    }
}
