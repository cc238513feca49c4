using System.CommandLine;
using CudaNet.Bench.Measuring;
using CudaNet.VirtualGpu;
using Spectre.Console;

namespace CudaNet.Bench.Commands;

/// <summary><c>virtual-gpu</c>: how many instructions a second the virtual GPU runs.</summary>
internal static class VirtualGpuCommand
{
    private const int Size = 256, Tile = 64, Runs = 12;

    internal static Command Create()
    {
        var command = new Command("virtual-gpu", "Measure the speed of the virtual GPU on two matrix product kernels, with and without checks.");
        command.SetAction(_ =>
        {
            var table = new Table().AddColumns("kernel", "checks", "M instr/s median", "best", "worst");
            foreach (var kernel in (string[])["gemm_simt", "gemm_tensor"])
                foreach (var checks in (bool[])[false, true])
                {
                    var rates = Rates(kernel, checks ? CheckOptions.All : CheckOptions.None);
                    table.AddRow(kernel, checks ? "on" : "off", $"{Statistics.Median(rates):F0}", $"{rates.Max():F0}", $"{rates.Min():F0}");
                }
            AnsiConsole.Write(table);
            return 0;
        });
        return command;
    }

    private static List<double> Rates(string name, CheckOptions checks)
    {
        using var device = new VirtualDevice(new VirtualDeviceOptions { Checks = checks });
        var module = device.LoadModule(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "gemm.ptx")));
        var kernel = module.GetFunction(name);
        DevicePointer a = device.Upload<float>(new float[Size * Size]), b = device.Upload<float>(new float[Size * Size]), c = device.Upload<float>(new float[Size * Size]);
        var rates = new List<double>();
        for (var run = 0; run <= Runs; run++)
        {
            var result = device.Launch(kernel, new Dim3(Size / Tile, Size / Tile), kernel.MaxThreadsPerBlock, 0, a, b, c, Size, Size, Size);
            // The first run also decodes and compiles.
            if (run > 0) rates.Add(result.Counters.ThreadInstructions / result.Elapsed.TotalSeconds / 1e6);
        }
        return rates;
    }
}
