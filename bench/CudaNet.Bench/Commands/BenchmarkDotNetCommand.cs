using System.CommandLine;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using CudaNet.Bench.Measuring;
using CudaNet.Bench.Suites;
using CudaNet.Shared;

namespace CudaNet.Bench.Commands;

/// <summary><c>bdn</c>: the same workloads under BenchmarkDotNet, for its statistics, exporters and diagnosers.</summary>
internal static class BenchmarkDotNetCommand
{
    internal static Command Create()
    {
        var filter = new Argument<string>("filter") { Description = "Only workloads whose \"suite: name\" contains this.", DefaultValueFactory = _ => "" };
        var command = new Command("bdn", "Run the workloads under BenchmarkDotNet.") { filter };
        command.SetAction(result =>
        {
            if (TorchLoader.Problem is { } problem)
            {
                Console.Error.WriteLine($"No benchmark: {problem}");
                return 1;
            }
            WorkloadBenchmark.Filter = result.GetValue(filter) ?? "";
            if (!WorkloadBenchmark.Names().Any())
            {
                Console.Error.WriteLine($"No workload's \"suite: name\" contains '{WorkloadBenchmark.Filter}'.");
                return 1;
            }
            // In this process: the loader has run here, and half a gigabyte of libtorch need not be copied for a child.
            var config = DefaultConfig.Instance
                .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
                .AddColumn(StatisticColumn.Min, StatisticColumn.Median)
                .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(60));
            return BenchmarkRunner.Run<WorkloadBenchmark>(config).Reports.All(report => report.Success) ? 0 : 1;
        });
        return command;
    }
}

/// <summary>Either side of one workload.</summary>
[MemoryDiagnoser]
public class WorkloadBenchmark
{
    private Workload? _workload;

    internal static string Filter { get; set; } = "";

    /// <summary>Which workload, as "suite: name".</summary>
    [ParamsSource(nameof(Names))]
    public string Workload { get; set; } = "";

    /// <summary>All workloads that the filter lets through.</summary>
    public static IEnumerable<string> Names() => Entries().Select(entry => entry.Name);

    private static IEnumerable<(string Name, Func<Workload> Create)> Entries()
    {
        foreach (var suite in Suite.All)
            foreach (var create in suite.Workloads)
            {
                string? name;
                using (var workload = create())
                    name = workload.Ours is null ? null : $"{suite.Name}: {workload.Name}";
                if (name is not null && name.Contains(Filter, StringComparison.OrdinalIgnoreCase))
                    yield return (name, create);
            }
    }

    /// <summary>Makes the inputs.</summary>
    [GlobalSetup]
    public void SetUp() => _workload = Entries().First(entry => entry.Name == Workload).Create();

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void CleanUp() => _workload?.Dispose();

    /// <summary>One run by CudaNet.</summary>
    [Benchmark]
    public void CudaNet() => _workload!.Ours!();

    /// <summary>One run by TorchSharp.</summary>
    [Benchmark(Baseline = true)]
    public void TorchSharp() => (_workload!.Peer ?? throw new NotSupportedException("TorchSharp has not this part."))();
}
