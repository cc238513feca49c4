using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using CudaNet.Cuda;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet info.</summary>
internal static class InfoCommand
{
    public static Command Create() => new Command("info", "Devices, libraries and what this machine can do.").Does((_, report, _) => Run(report));

    private static void Run(Report report)
    {
        var version = typeof(Tensor).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
        Line("CudaNet", $"{version}, {RuntimeInformation.FrameworkDescription}");
        Line("system", $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.ProcessArchitecture}");
        Line("processor", $"{Processor()}, {Environment.ProcessorCount} threads");
        Line("vectors", $"{Width()} bits: {Instructions()}");
        Line("memory", string.Create(CultureInfo.InvariantCulture, $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30):F1} GiB"));
        report.Figure("threads", Environment.ProcessorCount);
        report.Figure("vector_bits", Width());
        report.Figure("memory_bytes", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

        double flops = MatMulRate(), bandwidth = CopyRate();
        Line("measured", string.Create(CultureInfo.InvariantCulture, $"{flops / 1e9:F0} GFLOP/s in a f32 matrix product of 1024³, {bandwidth / 1e9:F1} GB/s in a copy"));
        report.Figure("matmul_flops_per_second", flops);
        report.Figure("copy_bytes_per_second", bandwidth);

        Console.WriteLine();
        foreach (var kind in new[] { "cpu", "cuda", "virtual" })
        {
            var there = IsInstalled(kind, out var why);
            Line($"device {kind}", there ? "ready" : why);
            report.Row(("kind", "device"), ("name", kind), ("found", there), ("detail", there ? null : why));
        }
        foreach (var library in CudaEnvironment.Describe())
        {
            Line(library.Library, library.ToString());
            report.Row(("kind", "library"), ("name", library.Library), ("found", library.Found), ("version", library.Version), ("path", library.Path), ("detail", library.Detail ?? library.Name));
        }
    }

    private static void Line(string name, string value) => Console.WriteLine($"{name,-14} {value}");

    private static bool IsInstalled(string kind, out string why)
    {
        try
        {
            _ = new Device(kind).Backend;
            why = "";
            return true;
        }
        catch (CudaNetException)
        {
            why = "no backend";
            return false;
        }
    }

    private static string Processor()
    {
        const string cpuInfo = "/proc/cpuinfo";
        var line = File.Exists(cpuInfo) ? File.ReadLines(cpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':') + 1)..].Trim();
    }

    private static int Width() => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    private static string Instructions() => string.Join(", ", new (bool Has, string Name)[]
    {
        (Avx512F.IsSupported, "AVX-512"), (Avx2.IsSupported, "AVX2"), (Fma.IsSupported, "FMA"), (AvxVnni.IsSupported, "VNNI"), (AdvSimd.IsSupported, "NEON"),
    }.Where(entry => entry.Has).Select(entry => entry.Name).DefaultIfEmpty("baseline"));

    private static double MatMulRate()
    {
        const int n = 1024;
        Tensor a = Tensor.Full([n, n], 1.5).Realize(), b = Tensor.Full([n, n], 0.5).Realize();
        return 2.0 * n * n * n / Best(() => a.MatMul(b).Realize().Dispose());
    }

    private static double CopyRate()
    {
        byte[] from = new byte[64 << 20], to = new byte[from.Length];
        return 2.0 * from.Length / Best(() => from.CopyTo(to, 0));
    }

    private static double Best(Action run)
    {
        var best = double.PositiveInfinity;
        for (var i = 0; i < 5; i++)
        {
            var start = Stopwatch.GetTimestamp();
            run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }
}
