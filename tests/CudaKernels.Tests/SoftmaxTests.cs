using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Softmax and its logarithm against f64, forward and backward.</summary>
public sealed class SoftmaxTests
{
    private const double F32 = 5.9604644775390625e-8;
    private static readonly (int Rows, int N, int Threads)[] Shapes = [(3, 1, 32), (2, 59, 32), (3, 129, 64), (2, 1025, 256), (2, 2048, 256), (1, 40, 1024), (2, 1025, 32), (2, 2048, 64)];

    [Test]
    public void Softmax_matches_f64_forward_and_backward([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values] bool log)
    {
        foreach (var (rows, n, threads) in Shapes)
        {
            using var bench = new KernelBench();
            var spec = SoftmaxKernels.Spec(type, log);
            double[] x = KernelBench.Random(type, rows * n, 1, 6), dy = KernelBench.Random(type, rows * n, 2);
            var y = bench.Output(type, rows * n);
            bench.Run(spec, "softmax_forward", rows, threads, bench.Upload(type, x), y, n);
            double unit = KernelBench.Unit(type);
            double[] expected = PerRow(x, n, row => Softmax(row, log)), actual = bench.Download(type, y, rows * n);
            // Sums of n terms and a few units of each exponential, logarithm and difference of |x| ≤ 12; subnormal halves are 2⁻²⁴ apart.
            KernelBench.Close(actual, expected, i => ((n + 40) * F32 * (log ? 1 : Math.Abs(expected[i]))) + (unit * Math.Abs(expected[i])) + (type == "f16" ? Math.Pow(2, -25) : 1e-30), $"{spec} {rows}x{n}");

            // The gradient sees the rounded results.
            var dx = bench.Output(type, rows * n);
            bench.Run(spec, "softmax_backward", rows, threads, y, bench.Upload(type, dy), dx, n);
            double[] gradient = new double[rows * n];
            for (int r = 0; r < rows; r++)
            {
                double sum = 0;
                for (int i = r * n; i < (r + 1) * n; i++) sum += log ? dy[i] : dy[i] * actual[i];
                for (int i = r * n; i < (r + 1) * n; i++) gradient[i] = log ? dy[i] - (Math.Exp(actual[i]) * sum) : actual[i] * (dy[i] - sum);
            }

            KernelBench.Close(bench.Download(type, dx, rows * n), gradient, i => ((n + 20) * F32 * (log ? Math.Sqrt(n) : 1)) + (unit * Math.Abs(gradient[i])) + (type == "f16" ? Math.Pow(2, -25) : 0), $"gradient of {spec} {rows}x{n}");
        }
    }

    [Test]
    public void Softmax_of_a_row_of_minus_infinity_is_zero_with_zero_gradient([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type)
    {
        using var bench = new KernelBench();
        var spec = SoftmaxKernels.Spec(type, false);
        double[] x = Enumerable.Repeat(double.NegativeInfinity, 80).ToArray();
        x[75] = 3;
        var y = bench.Output(type, 80);
        var dx = bench.Output(type, 80);
        bench.Run(spec, "softmax_forward", 2, 32, bench.Upload(type, x), y, 40);
        bench.Run(spec, "softmax_backward", 2, 32, y, bench.Upload(type, KernelBench.Random(type, 80, 5)), dx, 40);
        var expected = new double[80];
        expected[75] = 1;
        Assert.That(bench.Download(type, y, 80), Is.EqualTo(expected));
        Assert.That(bench.Download(type, dx, 80).Select(Math.Abs).Max(), Is.Zero);
    }

    [Test]
    public void A_NaN_spoils_its_row_and_no_other()
    {
        using var bench = new KernelBench();
        double[] x = KernelBench.Random("f32", 100, 1);
        x[70] = double.NaN;
        var y = bench.Output("f32", 100);
        bench.Run(SoftmaxKernels.Spec("f32", false), "softmax_forward", 2, 64, bench.Upload("f32", x), y, 50);
        double[] actual = bench.Download("f32", y, 100);
        Assert.That(actual[..50], Has.None.NaN);
        Assert.That(actual[50..], Has.All.NaN);
    }

    [Test]
    public void Rows_are_read_once_in_whole_sectors_and_written_once()
    {
        using var bench = new KernelBench();
        var y = bench.Output("bf16", 4 * 2048);
        var counters = bench.Run(SoftmaxKernels.Spec("bf16", false), "softmax_forward", 4, 256, bench.Upload("bf16", KernelBench.Random("bf16", 4 * 2048, 1)), y, 2048).Counters;
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo(4 * 2048 * 2));
        Assert.That(counters.GlobalBytesRead, Is.EqualTo(4 * 2048 * 2));
        Assert.That(counters.SharedBankConflicts, Is.Zero);
    }

    private static double[] PerRow(double[] x, int n, Func<double[], double[]> f) => [.. x.Chunk(n).SelectMany(f)];

    private static double[] Softmax(double[] row, bool log)
    {
        double max = row.Max(), sum = row.Sum(v => Math.Exp(v - max));
        return Array.ConvertAll(row, v => log ? v - max - Math.Log(sum) : Math.Exp(v - max) / sum);
    }
}
