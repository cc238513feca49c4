using System.CommandLine;
using System.Text.Json;
using CudaNet.Bench.Measuring;
using CudaNet.Bench.Reports;
using CudaNet.Bench.Suites;
using CudaNet.Cpu.Threading;
using CudaNet.IO;
using CudaNet.Shared;
using TorchSharp;

namespace CudaNet.Bench.Commands;

/// <summary><c>measure</c>: one suite in this process, for <c>compare</c>, which chooses the process's allocator.</summary>
internal static class MeasureCommand
{
    internal static readonly JsonSerializerOptions Json = new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

    internal static Command Create()
    {
        var suite = new Option<string>("--suite") { Required = true };
        var filter = new Option<string>("--filter") { DefaultValueFactory = _ => "" };
        var seconds = new Option<double>("--seconds") { Required = true };
        var peerOnly = new Option<bool>("--peer-only");
        var output = new Option<string>("--output") { Required = true };
        var threads = CommonOptions.Threads("Threads of all sides.");
        var command = new Command("measure", "Measure one suite in this process.") { suite, filter, threads, seconds, peerOnly, output };
        command.Hidden = true;
        command.SetAction(result => Run(
            Suite.All.First(known => known.Name == result.GetValue(suite)), result.GetValue(filter)!, result.GetValue(threads),
            result.GetValue(seconds), result.GetValue(peerOnly), result.GetValue(output)!));
        return command;
    }

    private static int Run(Suite suite, string filter, int threads, double seconds, bool peerOnly, string output)
    {
        // Loads torch, which stands behind the workloads' inputs.
        if (TorchLoader.Problem is { } problem)
        {
            Console.Error.WriteLine($"No comparison: {problem}");
            return 1;
        }
        torch.set_num_threads(threads);
        WorkerPool.Threads = threads;
        PeerThreads.Count = threads;

        var rows = new List<Measurement>();
        foreach (var create in suite.Workloads)
        {
            if (Measure(suite, create, filter, seconds, peerOnly) is not { } row)
                continue;
            rows.Add(row);
            // After each: what was measured outlives a crash of a native library.
            AtomicFile.Write(output, JsonSerializer.SerializeToUtf8Bytes(rows, Json));
        }
        CommonOptions.ShowProgress("");
        return 0;
    }

    private static Measurement? Measure(Suite suite, Func<Workload> create, string filter, double seconds, bool peerOnly)
    {
        var name = "?";
        try
        {
            using var workload = create();
            name = workload.Name;
            if (!name.Contains(filter, StringComparison.OrdinalIgnoreCase) || (peerOnly && workload.Peer is null))
                return null;
            CommonOptions.ShowProgress($"{suite.Name}: {name}");
            var disagreement = peerOnly ? 0 : workload.Disagreement();
            var load = new ForeignLoad();
            if (workload.Sizes is { } sizes)
                return peerOnly ? null : new(suite.Name, name, 0, 0, Repeated(sizes.Ours), Repeated(sizes.Peer), new Dictionary<string, double[]>(), disagreement, workload.Tolerance, load.Cores, Unit.Bytes);
            var sides = new List<Action>();
            if (!peerOnly)
                sides.Add(workload.Ours!);
            if (workload.Peer is { } peer)
                sides.Add(peer);
            if (!peerOnly)
                sides.AddRange(workload.Others.Select(other => other.Run));
            var times = new Queue<double[]>(PairedTiming.Measure(sides, seconds));
            return new(suite.Name, name, workload.Flops, workload.Bytes,
                peerOnly ? [] : times.Dequeue(), workload.Peer is null ? [] : times.Dequeue(),
                peerOnly ? new() : workload.Others.ToDictionary(other => other.Name, _ => times.Dequeue()),
                disagreement, workload.Tolerance, load.Cores);
        }
        catch (Exception failure)
        {
            // One workload that does not run must not hide the others; the row says why.
            return new(suite.Name, name, 0, 0, [], [], new Dictionary<string, double[]>(), 0, 0, null, Failure: $"{failure.GetType().Name}: {failure.Message}");
        }
    }

    private static double[] Repeated(Func<double> size)
    {
        const int times = 3;
        return [.. Enumerable.Range(0, times).Select(_ => size())];
    }
}
