using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Reductions against f64.</summary>
public sealed class ReduceTests
{
    private static readonly string[] Operations = ["Add", "Mul", "Max", "Min"];

    [Test]
    public void Rows_match_f64([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [ValueSource(nameof(Operations))] string operation)
    {
        foreach (var (rows, n, threads) in new[] { (3, 1, 32), (2, 59, 32), (3, 111, 96), (2, 1025, 256), (2, 2048, 1024) })
        {
            using var bench = new KernelBench();
            var spec = ReduceKernels.Spec(type, operation);
            double[] x = Inputs(type, operation, rows * n), expected = [.. x.Chunk(n).Select(row => row.Aggregate((a, b) => Of(operation, a, b)) * 0.5)];
            var y = bench.Output(type, rows);
            bench.Run(spec, "reduce_rows", rows, threads, bench.Upload(type, x), y, n, 0.5f);
            KernelBench.Close(bench.Download(type, y, rows), expected, i => Tolerance(type, operation, n, expected[i]), $"{spec} {rows}x{n}");
        }
    }

    [Test]
    public void Any_axis_matches_f64([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [ValueSource(nameof(Operations))] string operation)
    {
        foreach (var (outer, n, inner) in new[] { (1, 1, 1), (3, 59, 33), (2, 7, 97), (1, 129, 64), (4, 8, 1) })
        {
            using var bench = new KernelBench();
            var spec = ReduceKernels.Spec(type, operation);
            double[] x = Inputs(type, operation, outer * n * inner), expected = new double[outer * inner];
            for (int o = 0; o < outer; o++)
                for (int j = 0; j < inner; j++)
                    expected[(o * inner) + j] = Enumerable.Range(0, n).Select(i => x[(((o * n) + i) * inner) + j]).Aggregate((a, b) => Of(operation, a, b)) * 2;
            var y = bench.Output(type, outer * inner);
            bench.Run(spec, "reduce_axis", new Dim3((inner + 31) / 32, outer), new Dim3(32, 8), bench.Upload(type, x), y, n, inner, 2f);
            KernelBench.Close(bench.Download(type, y, outer * inner), expected, i => Tolerance(type, operation, n, expected[i]) * 4, $"{spec} {outer}x{n}x{inner}");
        }
    }

    [Test]
    public void The_first_of_equals_and_the_first_NaN_win([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values("Max", "Min")] string operation)
    {
        foreach (var (rows, n, threads) in new[] { (3, 1, 32), (4, 59, 64), (3, 1025, 256), (2, 2048, 256) })
        {
            using var bench = new KernelBench();
            // Few distinct values, so that there are equals in every row; the last row has two NaNs.
            double[] x = [.. KernelBench.Random(type, rows * n, n).Select(v => Math.Round(v * 3))];
            if (n > 50) x[((rows - 1) * n) + 40] = x[((rows - 1) * n) + n - 1] = double.NaN;
            long[] expected = [.. x.Chunk(n).Select(row => (long)(row.Any(double.IsNaN) ? Array.FindIndex(row, double.IsNaN) : Array.IndexOf(row, operation == "Max" ? row.Max() : row.Min())))];
            var y = bench.Output("f32", rows * 2);
            bench.Run(ReduceKernels.Spec(type, operation), "argmax_rows", rows, threads, bench.Upload(type, x), y, n);
            Assert.That(bench.Device.Download<long>(y, rows), Is.EqualTo(expected), $"{type} {operation} {rows}x{n}");
        }
    }

    [Test]
    public void NaN_wins_over_any_number([Values("Max", "Min")] string operation)
    {
        using var bench = new KernelBench();
        double[] x = KernelBench.Random("f32", 300, 1);
        x[150] = double.NaN;
        var y = bench.Output("f32", 3);
        bench.Run(ReduceKernels.Spec("f32", operation), "reduce_rows", 3, 64, bench.Upload("f32", x), y, 100, 1f);
        Assert.That(bench.Download("f32", y, 3).Select(double.IsNaN), Is.EqualTo(new[] { false, true, false }));
    }

    private static double[] Inputs(string type, string operation, int count)
    {
        double[] values = KernelBench.Random(type, count, 7);
        // Factors near 1, so that products neither vanish nor overflow.
        return operation == "Mul" ? KernelBench.Rounded(type, Array.ConvertAll(values, v => 1 + (v / 64))) : values;
    }

    private static double Of(string operation, double a, double b) => operation switch
    {
        "Add" => a + b,
        "Mul" => a * b,
        "Max" => Math.Max(a, b),
        _ => Math.Min(a, b),
    };

    // n roundings of f32 on magnitudes up to n, and one to the type.
    private static double Tolerance(string type, string operation, int n, double expected) =>
        (operation is "Max" or "Min" ? 0 : n * Math.Pow(2, -24) * (operation == "Add" ? Math.Sqrt(n) : Math.Abs(expected))) + (KernelBench.Unit(type) * Math.Abs(expected)) + 1e-30;
}
