using System.CommandLine;
using CudaNet.Bench.Commands;
using Spectre.Console;

namespace CudaNet.Bench;

internal static class Program
{
    private static int Main(string[] args)
    {
        // A file or pipe has no width: wide enough for the widest table.
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = 240;
        var root = new RootCommand("Benchmarks of CudaNet, side by side with TorchSharp, ONNX Runtime and OpenBLAS.")
        {
            CompareCommand.Create(),
            MeasureCommand.Create(),
            FirstResultCommand.Create(),
            PeakMemoryCommand.Create(),
            PeakCommand.Create(),
            VirtualGpuCommand.Create(),
            BenchmarkDotNetCommand.Create(),
        };
        return root.Parse(args).Invoke();
    }
}
