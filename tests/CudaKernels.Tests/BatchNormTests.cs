using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Normalisation of batches, and gradients of scales and shifts a channel, against f64.</summary>
public sealed class BatchNormTests
{
    private const float Epsilon = 1e-5f, Momentum = 0.1f;
    private static readonly double F32 = Math.Pow(2, -24);

    // Vectors, small and large images, rows of whole vectors and odd ones; more parts than images.
    private static readonly (int Images, int Channels, int Size, int Parts)[] Shapes =
        [(2, 1, 1, 1), (67, 45, 1, 3), (5, 3, 4, 1), (9, 7, 9, 4), (3, 2, 49, 2), (5, 3, 264, 3), (1, 2, 1037, 2)];

    [Test]
    public void Batch_norm_matches_f64_in_training_and_inference_with_all_gradients([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values] bool affine)
    {
        foreach (var (images, channels, size, parts) in Shapes) Compare(type, affine, images, channels, size, parts);
    }

    [Test]
    public void Scale_and_shift_of_group_and_instance_norm_have_the_gradients_of_f64([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type)
    {
        foreach (var (images, channels, groups, size, parts) in new[] { (4, 6, 3, 35, 2), (5, 6, 6, 64, 1), (7, 12, 2, 5, 3), (3, 4, 4, 1, 1), (2, 6, 1, 520, 2) })
        {
            using var bench = new KernelBench();
            int count = images * channels * size;
            double[] x = KernelBench.Random(type, count, 1, 3), dy = KernelBench.Random(type, count, 2), mean = KernelBench.Random("f32", images * groups, 3), rstd = KernelBench.Random("f32", images * groups, 4);
            double[] dgamma = new double[channels], dbeta = new double[channels], size1 = new double[channels];
            for (int i = 0; i < count; i++)
            {
                int c = i / size % channels, statistic = (i / size / channels * groups) + (c / (channels / groups));
                double term = dy[i] * (x[i] - mean[statistic]) * rstd[statistic];
                dgamma[c] += term;
                dbeta[c] += dy[i];
                size1[c] += Math.Abs(dy[i]) * (Math.Abs(x[i]) + 1);
            }

            var (partial, dg, db) = (bench.Output("f32", BatchNormKernels.PartialSize(channels, size, parts)), bench.Output(type, channels), bench.Output(type, channels));
            Run(bench, BatchNormKernels.Elements("batchnorm_sums", type, channels, size, parts), bench.Upload(type, x), bench.Upload(type, dy), bench.Upload("f32", mean), bench.Upload("f32", rstd), partial, images, channels, size, groups, channels / groups);
            Run(bench, BatchNormKernels.Join("batchnorm_join_sums", type, channels, size), partial, DevicePointer.Null, dg, db, parts, images, channels, size);
            // A term is wrong by 3 roundings, a sum of n terms by n of its magnitude.
            double roundings = ((images * size) + 3) * F32, unit = KernelBench.Unit(type);
            KernelBench.Close(bench.Download(type, dg, channels), dgamma, c => (size1[c] * roundings) + (unit * Math.Abs(dgamma[c])), $"dγ of {groups} groups in {type}");
            KernelBench.Close(bench.Download(type, db, channels), dbeta, c => (size1[c] * roundings) + (unit * Math.Abs(dbeta[c])), $"dβ of {groups} groups in {type}");
        }
    }

    [Test]
    public void Statistics_far_from_zero_keep_their_variance([Values(1, 256)] int size)
    {
        using var bench = new KernelBench();
        int images = 512 / size;
        double[] x = [.. Enumerable.Range(0, 512).Select(i => (double)(1 << 20) + (i % 2))];
        var (partial, mean, variance) = (bench.Output("f32", BatchNormKernels.PartialSize(1, size, 1)), bench.Output("f32", 1), bench.Output("f32", 1));
        Run(bench, BatchNormKernels.Elements("batchnorm_statistics", "f32", 1, size, 1), bench.Upload("f32", x), partial, images, 1, size);
        Run(bench, BatchNormKernels.Join("batchnorm_join_statistics", "f32", 1, size), partial, mean, DevicePointer.Null, variance, DevicePointer.Null, DevicePointer.Null, 1, images, 1, size, 0f, 0f);
        // A mean is rounded by half a unit in its last place, 2⁻⁴. Eight warps or rows of threads join: each carries twice that times
        // the distance of the means, at most 1, times its share of the numbers into the variance. Squares alone would be off by 2¹⁶.
        Assert.That(bench.Download("f32", mean, 1)[0], Is.EqualTo((1 << 20) + 0.5).Within(0.0625));
        Assert.That(bench.Download("f32", variance, 1)[0], Is.EqualTo(0.25).Within(8 * 2 * 0.0625 / 8));
    }

    [Test]
    public void A_value_that_is_no_number_makes_its_channel_no_number_and_no_other([Values(1, 40)] int size)
    {
        using var bench = new KernelBench();
        const int Channels = 3, Images = 4;
        double[] x = KernelBench.Random("f32", Images * Channels * size, 1);
        x[size] = double.NaN;
        var (partial, mean, variance) = (bench.Output("f32", BatchNormKernels.PartialSize(Channels, size, 2)), bench.Output("f32", Channels), bench.Output("f32", Channels));
        Run(bench, BatchNormKernels.Elements("batchnorm_statistics", "f32", Channels, size, 2), bench.Upload("f32", x), partial, Images, Channels, size);
        Run(bench, BatchNormKernels.Join("batchnorm_join_statistics", "f32", Channels, size), partial, mean, DevicePointer.Null, variance, DevicePointer.Null, DevicePointer.Null, 2, Images, Channels, size, 0f, 0f);
        Assert.That(bench.Download("f32", mean, Channels).Select(double.IsNaN), Is.EqualTo(new[] { false, true, false }));
        Assert.That(bench.Download("f32", variance, Channels).Select(double.IsNaN), Is.EqualTo(new[] { false, true, false }));
    }

    [Test]
    public void Images_are_read_in_whole_sectors_and_no_more_than_once([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values(1, 16, 1024)] int size)
    {
        using var bench = new KernelBench();
        int channels = size == 1 ? 64 : 4, images = size == 1024 ? 4 : 64;
        int count = images * channels * size, parts = size == 1024 ? 2 : 1;
        long bytes = (long)count * KernelBench.SizeOf(type);
        DevicePointer x = bench.Upload(type, KernelBench.Random(type, count, 1)), dy = bench.Upload(type, KernelBench.Random(type, count, 2)), statistic = bench.Upload("f32", KernelBench.Random("f32", 2 * channels, 3));
        DevicePointer y = bench.Output(type, count), partial = bench.Output("f32", BatchNormKernels.PartialSize(channels, size, parts));
        Check("batchnorm_statistics", bytes, 0, x, partial, images, channels, size);
        Check("batchnorm_forward", bytes, bytes, x, DevicePointer.Null, DevicePointer.Null, statistic, statistic, y, images, channels, size);
        Check("batchnorm_inference", bytes, bytes, x, DevicePointer.Null, DevicePointer.Null, statistic, statistic, y, images, channels, size, 2f);
        Check("batchnorm_sums", 2 * bytes, 0, x, dy, statistic, statistic, partial, images, channels, size, 0, 1);
        Check("batchnorm_backward", 2 * bytes, bytes, x, dy, DevicePointer.Null, statistic, statistic, statistic, y, images, channels, size);

        void Check(string entry, long read, long written, params KernelArgument[] arguments)
        {
            var counters = Run(bench, BatchNormKernels.Elements(entry, type, channels, size, parts), arguments).Counters;
            Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95), entry);
            Assert.That(counters.SharedBankConflicts, Is.Zero, entry);
            if (written > 0) Assert.That(counters.GlobalBytesWritten, Is.EqualTo(written), entry);
            // Besides, each thread reads up to four statistics of its channel, which lie in the cache.
            long threads = 256L * parts * (BatchNormKernels.ByColumns(size) ? (channels * size + 31) / 32 : channels);
            Assert.That(counters.GlobalBytesRead, Is.InRange(read, read + (16 * threads)), entry);
        }
    }

    private static void Compare(string type, bool affine, int images, int channels, int size, int parts)
    {
        using var bench = new KernelBench();
        int count = images * channels * size, n = images * size;
        double unit = KernelBench.Unit(type), smallest = type == "f16" ? Math.Pow(2, -25) : 0;
        double[] x = KernelBench.Random(type, count, 1, 3), dy = KernelBench.Random(type, count, 2), gamma = KernelBench.Random(type, channels, 3, 2), beta = KernelBench.Random(type, channels, 4);
        double[] oldMean = KernelBench.Random("f32", channels, 5), oldVariance = [.. KernelBench.Random("f32", channels, 6).Select(Math.Abs)];
        DevicePointer input = bench.Upload(type, x), gradient = bench.Upload(type, dy), weights = affine ? bench.Upload(type, gamma) : default, offsets = affine ? bench.Upload(type, beta) : default;
        DevicePointer y = bench.Output(type, count), dx = bench.Output(type, count), inferred = bench.Output(type, count), fixedDx = bench.Output(type, count), partial = bench.Output("f32", BatchNormKernels.PartialSize(channels, size, parts));
        DevicePointer mean = bench.Output("f32", channels), rstd = bench.Output("f32", channels), variance = bench.Output("f32", channels), runningMean = bench.Upload("f32", oldMean), runningVariance = bench.Upload("f32", oldVariance);
        DevicePointer sums = bench.Output("f32", 2 * channels), dg = bench.Output(type, channels), db = bench.Output(type, channels);
        KernelLaunch Elements(string entry) => BatchNormKernels.Elements(entry, type, channels, size, parts);
        KernelLaunch Join(string entry) => BatchNormKernels.Join(entry, type, channels, size);
        Run(bench, Elements("batchnorm_inference"), input, weights, offsets, runningMean, runningVariance, inferred, images, channels, size, Epsilon);
        Run(bench, Elements("batchnorm_statistics"), input, partial, images, channels, size);
        Run(bench, Join("batchnorm_join_statistics"), partial, mean, rstd, variance, runningMean, runningVariance, parts, images, channels, size, Epsilon, Momentum);
        Run(bench, Elements("batchnorm_forward"), input, weights, offsets, mean, rstd, y, images, channels, size);
        Run(bench, Elements("batchnorm_sums"), input, gradient, mean, rstd, partial, images, channels, size, 0, 1);
        Run(bench, Join("batchnorm_join_sums"), partial, sums, dg, db, parts, images, channels, size);
        Run(bench, Elements("batchnorm_backward"), input, gradient, weights, mean, rstd, sums, dx, images, channels, size);
        Run(bench, Elements("batchnorm_backward"), input, gradient, weights, mean, rstd, DevicePointer.Null, fixedDx, images, channels, size);

        double[] mu = new double[channels], square = new double[channels], dgamma = new double[channels], dbeta = new double[channels];
        for (int i = 0; i < count; i++) mu[Channel(i)] += x[i] / n;
        for (int i = 0; i < count; i++) square[Channel(i)] += (x[i] - mu[Channel(i)]) * (x[i] - mu[Channel(i)]);
        double[] scale = [.. square.Select(s => 1 / Math.Sqrt((s / n) + Epsilon))];
        for (int i = 0; i < count; i++)
        {
            dgamma[Channel(i)] += dy[i] * (x[i] - mu[Channel(i)]) * scale[Channel(i)];
            dbeta[Channel(i)] += dy[i];
        }

        int Channel(int i) => i / size % channels;
        double Gamma(int i) => affine ? gamma[Channel(i)] : 1;
        double Beta(int i) => affine ? beta[Channel(i)] : 0;
        double Hat(int i) => (x[i] - mu[Channel(i)]) * scale[Channel(i)];
        // As for rows: sums of n terms of size 3 are wrong by (n + 20)·2⁻²⁴·3, which the scale magnifies, in the gradient twice.
        double sum = (n + 20) * F32 * 3;
        double Tolerance(int c) => sum * (1 + scale[c]);
        What("μ", mean, mu, _ => sum);
        What("σ²", variance, [.. square.Select(s => s / n)], _ => 6 * sum);
        What("r", rstd, scale, c => 6 * sum * scale[c] * (1 + (scale[c] * scale[c])));
        What("running mean", runningMean, [.. mu.Select((v, c) => ((1 - (double)Momentum) * oldMean[c]) + (Momentum * v))], _ => sum);
        What("running variance", runningVariance, [.. square.Select((s, c) => ((1 - (double)Momentum) * oldVariance[c]) + (Momentum * s / (n - 1)))], _ => 6 * sum);
        Elementwise("y", y, i => (Hat(i) * Gamma(i)) + Beta(i), i => 3 * Tolerance(i));
        Elementwise("y by given statistics", inferred, i => ((x[i] - oldMean[Channel(i)]) / Math.Sqrt(oldVariance[Channel(i)] + Epsilon) * Gamma(i)) + Beta(i), i => 30 * F32 / Math.Sqrt(oldVariance[i] + Epsilon) + F32);
        Elementwise("dx", dx, i => Gamma(i) * scale[Channel(i)] * (dy[i] - (dbeta[Channel(i)] / n) - (Hat(i) * dgamma[Channel(i)] / n)), i => 9 * Tolerance(i) * (1 + scale[i]));
        Elementwise("dx by given statistics", fixedDx, i => Gamma(i) * scale[Channel(i)] * dy[i], i => 2 * 6 * sum * scale[i] * (1 + (scale[i] * scale[i])));
        KernelBench.Close(bench.Download(type, dg, channels), dgamma, c => (Tolerance(c) * 4 * n) + (unit * Math.Abs(dgamma[c])), $"dγ {type} {images}x{channels}x{size}");
        KernelBench.Close(bench.Download(type, db, channels), dbeta, c => (n * n * F32) + (unit * Math.Abs(dbeta[c])), $"dβ {type} {images}x{channels}x{size}");
        Assert.That(bench.Download("f32", sums, 2 * channels).Select((v, i) => KernelBench.Rounded(type, [v])[0]), Is.EqualTo(bench.Download(type, dg, channels).Concat(bench.Download(type, db, channels))));

        void What(string what, DevicePointer actual, double[] expected, Func<int, double> tolerance) =>
            KernelBench.Close(bench.Download("f32", actual, channels), expected, tolerance, $"{what} {type} {images}x{channels}x{size}");

        void Elementwise(string what, DevicePointer actual, Func<int, double> expected, Func<int, double> tolerance)
        {
            double[] values = [.. Enumerable.Range(0, count).Select(expected)];
            KernelBench.Close(bench.Download(type, actual, count), values, i => tolerance(Channel(i)) + (unit * Math.Abs(values[i])) + smallest, $"{what} {type} {images}x{channels}x{size}");
        }
    }

    private static LaunchResult Run(KernelBench bench, KernelLaunch launch, params KernelArgument[] arguments) =>
        bench.Run(launch.Spec, launch.Entry, new(launch.Grid.X, launch.Grid.Y, launch.Grid.Z), new(launch.Block.X, launch.Block.Y, launch.Block.Z), arguments);
}
