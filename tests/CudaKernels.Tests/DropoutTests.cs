using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Dropout by the mask that its counter draws.</summary>
public sealed class DropoutTests
{
    [Test]
    public void Dropout_draws_the_same_mask_forward_and_backward([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type)
    {
        foreach (long count in new long[] { 1, 2, 3, 5, 1024, 1037 })
        {
            using var bench = new KernelBench();
            double[] x = KernelBench.Random(type, (int)count, 4), dy = KernelBench.Random(type, (int)count, 5);
            uint[] words = RandomTests.Words(9, 4, count);
            const float Probability = 0.3f, Scale = 1 / (1 - Probability);
            DevicePointer state = bench.Upload([9L, 4]), y = bench.Output(type, count), dx = bench.Output(type, count);
            bench.Run(RandomKernels.Dropout(type, count), state, bench.Upload(type, x), y, count, Probability, Scale);
            bench.Run(RandomKernels.Dropout(type, count), state, bench.Upload(type, dy), dx, count, Probability, Scale);
            double[] Masked(double[] values) => KernelBench.Rounded(type, [.. values.Select((v, i) => (words[i] >> 8) / 16777216f >= Probability ? (double)((float)v * Scale) : 0)]);
            Assert.That(bench.Download(type, y, (int)count), Is.EqualTo(Masked(x)), $"{type} {count}");
            // Two elements behind an aligned address, where vectors would fault.
            bench.Run(RandomKernels.Dropout(type, count), state, bench.Upload(type, [0, 0, .. x]) + (2 * KernelBench.SizeOf(type)), y, count, Probability, Scale);
            Assert.That(bench.Download(type, y, (int)count), Is.EqualTo(Masked(x)), $"{type} {count} not aligned");
            Assert.That(bench.Download(type, dx, (int)count), Is.EqualTo(Masked(dy)), $"gradient of {type} {count}");
        }
    }

    [Test]
    public void Dropout_leaves_out_even_what_is_not_finite_and_touches_whole_sectors()
    {
        using var bench = new KernelBench();
        const int Count = 4096;
        var y = bench.Output("f32", Count);
        var counters = bench.Run(RandomKernels.Dropout("f32", Count), bench.Upload([9L, 4]), bench.Upload(Enumerable.Repeat(float.NaN, Count).ToArray()), y, (long)Count, 0.5f, 2f).Counters;
        Assert.That(bench.Download("f32", y, Count).Count(v => v == 0), Is.EqualTo(RandomTests.Words(9, 4, Count).Count(w => w < 0x80000000)));
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
    }
}
