using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using CudaNet.Cpu.Reference;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Execution;
using CudaNet.Cuda.Kernels;
using CudaNet.Cuda.Virtual;
using CudaNet.Ops;
using CudaNet.Verification;

namespace CudaNet.GpuBench;

/// <summary>Every kernel on the card against the virtual GPU, and every op against the float64 reference.</summary>
internal static class Correctness
{
    public static bool Run(CudaBackend backend, string folder)
    {
        Device.Default = backend.Device;
        var rows = new List<object>();
        var failed = Kernels(backend, rows) + Ops(backend, rows);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "check.json"), JsonSerializer.Serialize(new { card = backend.Driver.Properties.Name, failed, rows }, Results.Json));
        Console.WriteLine(failed == 0 ? "All right." : $"{failed} FAILED");
        return failed == 0;
    }

    private static int Kernels(CudaBackend backend, List<object> rows)
    {
        var failed = 0;
        using var expected = new VirtualCudaDriver();
        foreach (var family in KernelCatalogue.All)
            foreach (var sample in family.Samples)
            {
                var name = $"{sample.Launch.Spec} {sample.Launch.Entry}";
                var error = "";
                double worst = 0;
                try
                {
                    worst = Difference(sample, Outputs(backend.Driver, sample), Outputs(expected, sample));
                }
                catch (CudaNetException exception)
                {
                    error = exception.Message.ReplaceLineEndings(" ");
                }
                var ok = error.Length == 0 && worst <= 1;
                if (!ok) failed++;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(ok ? "ok    " : "FAILED")} {name}: {worst:G3} of the tolerance {error}"));
                rows.Add(new { kernel = name, of_tolerance = worst, ok, error });
            }
        return failed;
    }

    /// <summary>What a sample writes.</summary>
    private static byte[][] Outputs(ICudaDriver driver, KernelSample sample)
    {
        var (spec, entry, grid, block, shared) = sample.Launch;
        var module = driver.LoadModule(Encoding.UTF8.GetBytes(KernelSources.Ptx(spec)!));
        var buffers = new CudaDevicePointer[sample.Buffers.Count];
        try
        {
            for (var k = 0; k < buffers.Length; k++)
            {
                var buffer = sample.Buffers[k];
                buffers[k] = driver.TryAllocate(Math.Max(1, buffer.Bytes));
                // Zeros where the kernel writes: what it leaves out is then the same on both.
                driver.CopyToDevice(buffers[k], SampleRunner.Contents(buffer, k + 1));
            }
            driver.Launch(driver.GetFunction(module, entry), new(grid, block) { SharedBytes = shared }, default, sample.Arguments(buffers));
            driver.Synchronize();
            return [.. buffers.Select((pointer, k) =>
            {
                var bytes = new byte[sample.Buffers[k].Bytes];
                driver.CopyToHost(bytes, pointer);
                return bytes;
            })];
        }
        finally
        {
            foreach (var pointer in buffers) driver.Free(pointer);
            driver.UnloadModule(module);
        }
    }

    /// <summary>The greatest difference over its tolerance: a few units of the type, of the largest value of the buffer.
    /// <c>ex2.approx</c>, <c>lg2.approx</c> and the order inside a tensor core are the card's own.</summary>
    private static double Difference(KernelSample sample, byte[][] actual, byte[][] expected)
    {
        var worst = 0.0;
        for (var k = 0; k < actual.Length; k++)
        {
            var type = sample.Buffers[k].Type;
            if (type is not ("f16" or "bf16" or "f32" or "f64"))
            {
                if (!actual[k].AsSpan().SequenceEqual(expected[k])) worst = double.PositiveInfinity;
                continue;
            }
            var (a, e) = (Decode(type, actual[k]), Decode(type, expected[k]));
            var unit = type switch { "f64" => 1e-12, "f32" => 1e-5, "f16" => 2e-3, _ => 1.6e-2 };
            var scale = e.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
            for (var i = 0; i < a.Length; i++)
                if (!a[i].Equals(e[i])) worst = Math.Max(worst, double.IsFinite(a[i] - e[i]) ? Math.Abs(a[i] - e[i]) / (unit * Math.Max(scale, 1e-30)) : double.PositiveInfinity);
        }
        return worst;
    }

    private static double[] Decode(string type, byte[] bytes) => type switch
    {
        "f64" => MemoryMarshal.Cast<byte, double>(bytes).ToArray(),
        "f32" => Array.ConvertAll(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), value => (double)value),
        "f16" => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(bytes).ToArray(), value => (double)value),
        _ => Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(bytes).ToArray(), bits => (double)BitConverter.UInt32BitsToSingle((uint)bits << 16)),
    };

    private static int Ops(CudaBackend backend, List<object> rows)
    {
        var verifier = new OpVerifier(new FloatReference(), backend.Device);
        var failed = 0;
        foreach (var op in OpCatalogue.All)
        {
            var results = verifier.Verify(op).ToList();
            var bad = results.Where(result => !result.Passed).ToList();
            failed += bad.Count;
            rows.Add(new { op = op.Name, checks = results.Count, failed = bad.Count });
            if (bad.Count == 0) continue;
            Console.WriteLine($"FAILED {op.Name}: {bad.Count} of {results.Count} checks");
            foreach (var result in bad.Take(3)) Console.WriteLine($"    {result}");
        }
        Console.WriteLine($"{OpCatalogue.All.Count} ops; computed on the host: {string.Join(", ", backend.HostOps)}");
        return failed;
    }
}
