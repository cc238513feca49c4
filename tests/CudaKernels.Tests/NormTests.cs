using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Normalisations of rows against f64, forward and backward.</summary>
public sealed class NormTests
{
    private const float Epsilon = 1e-5f;
    private static readonly (int Rows, int N, int Threads)[] Shapes = [(5, 1, 32), (37, 59, 32), (9, 136, 64), (3, 1025, 256), (2, 2048, 256), (2, 1025, 32), (2, 2048, 64)];

    [Test]
    public void Layer_and_RMS_norm_match_f64_with_all_gradients([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values] bool rms, [Values] bool affine)
    {
        foreach (var (rows, n, threads) in Shapes) Compare(type, rms, affine, rows, n, threads, groups: 1, inner: 1);
    }

    [Test]
    public void Group_and_instance_norm_match_f64([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type)
    {
        Compare(type, false, true, rows: 6, n: 4 * 35, 64, groups: 3, inner: 35);
        Compare(type, false, true, rows: 10, n: 49, 32, groups: 5, inner: 49);
        Compare(type, false, true, rows: 4, n: 2 * 64, 32, groups: 2, inner: 64);
    }

    [Test]
    public void Rows_far_from_zero_keep_their_variance()
    {
        using var bench = new KernelBench();
        double[] x = [.. Enumerable.Range(0, 256).Select(i => 4096 + (i % 2))];
        var y = bench.Output("f32", 256);
        bench.Run(NormKernels.Spec("f32", false), "norm_forward", 1, 64, bench.Upload("f32", x), DevicePointer.Null, DevicePointer.Null, y, DevicePointer.Null, DevicePointer.Null, 256, 1, 1, 0f);
        KernelBench.Close(bench.Download("f32", y, 256), [.. x.Select(v => (2 * (v - 4096)) - 1)], _ => 1e-6, "rows of 4096 and 4097");
    }

    [Test]
    public void Rows_are_read_once_in_whole_sectors_and_written_once()
    {
        using var bench = new KernelBench();
        var y = bench.Output("bf16", 4 * 2048);
        var counters = bench.Run(NormKernels.Spec("bf16", true), "norm_forward", 4, 256, bench.Upload("bf16", KernelBench.Random("bf16", 4 * 2048, 1)), DevicePointer.Null, DevicePointer.Null, y, DevicePointer.Null, DevicePointer.Null, 2048, 1, 1, Epsilon).Counters;
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo(4 * 2048 * 2));
        Assert.That(counters.GlobalBytesRead, Is.EqualTo(4 * 2048 * 2));
        Assert.That(counters.SharedBankConflicts, Is.Zero);
    }

    private static void Compare(string type, bool rms, bool affine, int rows, int n, int threads, int groups, int inner)
    {
        using var bench = new KernelBench();
        var spec = NormKernels.Spec(type, rms);
        int channels = n / inner * groups;
        double unit = KernelBench.Unit(type), f32 = Math.Pow(2, -24);
        double[] x = KernelBench.Random(type, rows * n, 1, 3), dy = KernelBench.Random(type, rows * n, 2), gamma = KernelBench.Random(type, channels, 3, 2), beta = KernelBench.Random(type, channels, 4);
        DevicePointer input = bench.Upload(type, x), gradient = bench.Upload(type, dy), weights = affine ? bench.Upload(type, gamma) : default, offsets = affine ? bench.Upload(type, beta) : default;
        DevicePointer y = bench.Output(type, rows * n), mean = bench.Output("f32", rows), rstd = bench.Output("f32", rows), dx = bench.Output(type, rows * n);
        bench.Run(spec, "norm_forward", rows, threads, input, weights, offsets, y, mean, rstd, n, groups, inner, Epsilon);
        bench.Run(spec, "norm_backward", rows, threads, input, gradient, weights, mean, rstd, dx, n, groups, inner, Epsilon);
        // The statistics alone, and a gradient that takes them by itself.
        DevicePointer mean2 = bench.Output("f32", rows), rstd2 = bench.Output("f32", rows), dx2 = bench.Output(type, rows * n);
        bench.Run(spec, "norm_forward", rows, threads, input, DevicePointer.Null, DevicePointer.Null, DevicePointer.Null, mean2, rstd2, n, 1, 1, Epsilon);
        bench.Run(spec, "norm_backward", rows, threads, input, gradient, weights, DevicePointer.Null, DevicePointer.Null, dx2, n, groups, inner, Epsilon);
        Assert.That(bench.Download("f32", mean2, rows), Is.EqualTo(bench.Download("f32", mean, rows)));
        Assert.That(bench.Download("f32", rstd2, rows), Is.EqualTo(bench.Download("f32", rstd, rows)));
        Assert.That(bench.Download(type, dx2, rows * n), Is.EqualTo(bench.Download(type, dx, rows * n)));

        double[] value = new double[rows * n], back = new double[rows * n], tolerance = new double[rows], dgamma = new double[channels], dbeta = new double[channels];
        for (int r = 0; r < rows; r++)
        {
            var row = x.AsSpan(r * n, n).ToArray();
            double mu = rms ? 0 : row.Average(), scale = 1 / Math.Sqrt(row.Sum(v => (v - mu) * (v - mu)) / n + Epsilon), sum = 0, dot = 0;
            int Channel(int i) => (r % groups * (n / inner)) + (i / inner);
            double G(int i) => dy[(r * n) + i] * (affine ? gamma[Channel(i)] : 1);
            for (int i = 0; i < n; i++)
            {
                double hat = (row[i] - mu) * scale;
                value[(r * n) + i] = (hat * (affine ? gamma[Channel(i)] : 1)) + (affine ? beta[Channel(i)] : 0);
                sum += G(i) / n;
                dot += G(i) * hat / n;
                dgamma[Channel(i)] += dy[(r * n) + i] * hat;
                dbeta[Channel(i)] += dy[(r * n) + i];
            }

            for (int i = 0; i < n; i++) back[(r * n) + i] = scale * (G(i) - (rms ? 0 : sum) - ((row[i] - mu) * scale * dot));
            // Sums of n terms of size 3 are wrong by (n + 20)·2⁻²⁴·3, which the scale magnifies, in the gradient twice.
            tolerance[r] = (n + 20) * f32 * 3 * (1 + scale);
        }

        KernelBench.Close(bench.Download(type, y, rows * n), value, i => (3 * tolerance[i / n]) + (unit * Math.Abs(value[i])) + (type == "f16" ? Math.Pow(2, -25) : 0), $"{spec} {rows}x{n}");
        KernelBench.Close(bench.Download(type, dx, rows * n), back, i => (9 * tolerance[i / n] * (1 + (tolerance[i / n] / ((n + 20) * f32 * 3)))) + (unit * Math.Abs(back[i])) + (type == "f16" ? Math.Pow(2, -25) : 0), $"dx of {spec} {rows}x{n}");

        if (groups != 1 || inner != 1) return;
        foreach (int parts in new[] { 1, 3 })
        {
            DevicePointer partial = bench.Output("f32", 2 * parts * n), dg = bench.Output(type, n), db = bench.Output(type, n);
            bench.Run(spec, "norm_backward_weights", new Dim3((n + 31) / 32, parts), new Dim3(32, 8), input, gradient, mean, rstd, partial, rows, n);
            bench.Run(spec, "norm_join", (n + 255) / 256, 256, partial, dg, db, parts, n);
            KernelBench.Close(bench.Download(type, dg, n), dgamma, i => (tolerance.Max() * 4 * rows) + (unit * Math.Abs(dgamma[i])), $"dγ of {spec} {rows}x{n} in {parts} parts");
            KernelBench.Close(bench.Download(type, db, n), dbeta, i => (rows * rows * f32) + (unit * Math.Abs(dbeta[i])), $"dβ of {spec} {rows}x{n} in {parts} parts");
        }
    }
}
