using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using CudaNet.Bench.Models;
using CudaNet.Bench.Suites;
using CudaNet.Cpu.Threading;
using CudaNet.Nn;
using CudaNet.Shared;
using TorchSharp;

namespace CudaNet.Bench.Commands;

/// <summary><c>peak-memory</c>: some steps of a training case by one side alone, for the memory that they take.</summary>
internal static class PeakMemoryCommand
{
    private const int Steps = 4;

    internal static Command Create()
    {
        var training = new Option<string>("--case") { Required = true };
        var peer = new Option<bool>("--peer");
        var threads = CommonOptions.Threads("Threads of the side.");
        var command = new Command("peak-memory", "Train some steps and print the greatest memory of the process.") { training, peer, threads };
        command.Hidden = true;
        command.SetAction(result =>
        {
            var chosen = TrainingCase.All.First(known => known.Name == result.GetValue(training));
            if (result.GetValue(peer)) RunPeer(chosen, result.GetValue(threads));
            else RunOurs(chosen, result.GetValue(threads));
            Console.WriteLine(PeakBytes().ToString(CultureInfo.InvariantCulture));
            return 0;
        });
        return command;
    }

    /// <summary>Bytes of a process that does only this.</summary>
    internal static double RunChild(TrainingCase training, bool peer)
    {
        List<string> arguments = ["peak-memory", "--case", training.Name, "--threads", PeerThreads.Count.ToString(CultureInfo.InvariantCulture)];
        if (peer)
            arguments.Add("--peer");
        return double.Parse(ChildProcess.Output(arguments), CultureInfo.InvariantCulture);
    }

    private static void RunOurs(TrainingCase training, int threads)
    {
        WorkerPool.Threads = threads;
        var (step, _) = TrainingSides.Ours(training);
        for (var k = 0; k < Steps; k++)
            step().Dispose();
    }

    private static void RunPeer(TrainingCase training, int threads)
    {
        if (TorchLoader.Problem is { } problem)
            throw new InvalidOperationException(problem);
        torch.set_num_threads(threads);
        var (step, release) = TrainingSides.Peer(training, training.PeerWeights(Model.FromShapes(training.Network), random: true));
        for (var k = 0; k < Steps; k++)
            step(false);
        release();
    }

    /// <summary>The greatest resident memory of this process so far.</summary>
    private static long PeakBytes()
    {
        const string file = "/proc/self/status", key = "VmHWM:";
        if (File.Exists(file) && File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal)) is { } line)
            return 1024 * long.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
