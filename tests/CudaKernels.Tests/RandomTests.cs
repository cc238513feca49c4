using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Draws by counter against Philox as published.</summary>
public sealed class RandomTests
{
    private static readonly long[] Counts = [1, 2, 3, 5, 1024, 1037];
    private static readonly (long Seed, long Draw)[] States = [(0, 0), (7, 3), (-5, long.MaxValue), ((1L << 40) + 9, -2)];

    [Test]
    public void The_first_block_is_that_of_the_paper() =>
        Assert.That(Words(0, 0, 4), Is.EqualTo(new uint[] { 0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8 }));

    [Test]
    public void Bits_uniform_numbers_and_integers_have_the_bits_of_the_formula()
    {
        foreach (var (seed, draw) in States)
            foreach (long count in Counts)
            {
                using var bench = new KernelBench();
                uint[] words = Words(seed, draw, (2 * count) + 4);
                var state = bench.Upload([seed, draw]);
                ulong Word(int i) => words[2 * i] | ((ulong)words[(2 * i) + 1] << 32);
                T[] Of<T>(RandomKind kind, string type, long low = 0, ulong range = 0) where T : unmanaged
                {
                    var y = bench.Output(type, count);
                    bench.Run(RandomKernels.Fill(kind, type, count, low, range), state, y);
                    return bench.Device.Download<T>(y, (int)count);
                }

                int[] all = [.. Enumerable.Range(0, (int)count)];
                Assert.That(Of<uint>(RandomKind.Bits, "i32"), Is.EqualTo(all.Select(i => words[i])));
                Assert.That(Of<ulong>(RandomKind.Bits, "i64"), Is.EqualTo(all.Select(Word)));
                Assert.That(Of<float>(RandomKind.Uniform, "f32"), Is.EqualTo(all.Select(i => (words[i] >> 8) / 16777216f)));
                Assert.That(Of<Half>(RandomKind.Uniform, "f16"), Is.EqualTo(all.Select(i => (Half)((words[i] >> 21) / 2048f))));
                Assert.That(Of<ushort>(RandomKind.Uniform, "bf16"), Is.EqualTo(all.Select(i => ((BFloat16)((words[i] >> 24) / 256f)).Bits)));
                Assert.That(Of<double>(RandomKind.Uniform, "f64"), Is.EqualTo(all.Select(i => (Word(i) >> 11) / 9007199254740992.0)));
                foreach (var (low, high) in new[] { (-5L, 17L), (long.MinValue, long.MaxValue), (3L, 4L) })
                    Assert.That(Of<long>(RandomKind.Integer, "i64", low, (ulong)(high - low)), Is.EqualTo(all.Select(i => low + (long)Math.BigMul(Word(i), (ulong)(high - low), out _))));
                Assert.That(Of<int>(RandomKind.Integer, "i32", -100, 300), Is.EqualTo(all.Select(i => -100 + (int)Math.BigMul(Word(i), 300UL, out _))));
                Assert.That(Of<byte>(RandomKind.Integer, "u8", 0, 256), Is.EqualTo(all.Select(i => (byte)(words[(2 * i) + 1] >> 24))));
            }
    }

    [Test]
    public void Normal_numbers_are_within_few_units_of_the_formula([Values("f32", "f16", "bf16", "f64")] string type)
    {
        foreach (long count in Counts.Append(20_000))
        {
            using var bench = new KernelBench();
            var (seed, draw) = States[1];
            uint[] words = Words(seed, draw, (2 * count) + 8);
            double Unit(int i) => type == "f64" ? ((words[2 * i] | ((ulong)words[(2 * i) + 1] << 32)) >> 11) / 9007199254740992.0 : (words[i] >> 8) / 16777216.0;
            double[] expected = [.. Enumerable.Range(0, (int)count).Select(i => Math.Sqrt(-2 * Math.Log(1 - Unit(i & ~1))) * (i % 2 == 0 ? Cosine(Unit(i | 1)) : Cosine(Unit(i | 1) - 0.25)))];
            var y = bench.Output(type, count);
            bench.Run(RandomKernels.Fill(RandomKind.Normal, type, count), bench.Upload([seed, draw]), y);
            // As random.cu counts it: half of 3 for the logarithm under the root, 1 for the root, 4 for the sine, 1 for the product.
            double unit = 8 * Math.Pow(2, type == "f64" ? -53 : -24);
            KernelBench.Close(SegmentTests.Download(bench, type, y, (int)count), expected, i => ((unit + (type is "f16" or "bf16" ? KernelBench.Unit(type) : 0)) * Math.Abs(expected[i])) + (type == "f16" ? Math.Pow(2, -25) : 1e-300), $"{type} {count}");
        }
    }

    [Test]
    public void Normal_numbers_have_mean_zero_and_deviation_one()
    {
        using var bench = new KernelBench();
        const int Count = 40_000;
        var y = bench.Output("f32", Count);
        bench.Run(RandomKernels.Fill(RandomKind.Normal, "f32", Count), bench.Upload([1L, 2]), y);
        double[] numbers = bench.Download("f32", y, Count);
        // Five deviations of the mean, and of the mean square.
        Assert.That(numbers.Average(), Is.EqualTo(0).Within(5 / Math.Sqrt(Count)));
        Assert.That(numbers.Average(x => x * x), Is.EqualTo(1).Within(5 * Math.Sqrt(2.0 / Count)));
    }

    [Test]
    public void Draws_are_written_in_whole_sectors([Values("f32", "f16", "f64")] string type)
    {
        using var bench = new KernelBench();
        const int Count = 4096;
        var y = bench.Output(type, Count);
        var counters = bench.Run(RandomKernels.Fill(RandomKind.Uniform, type, Count), bench.Upload([9L, 4]), y).Counters;
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo(Count * KernelTypes.SizeOf(type)));
    }

    /// <summary>Cosine of a number of turns.</summary>
    private static double Cosine(double turns)
    {
        double quarters = Math.Round(4 * turns), angle = ((4 * turns) - quarters) * (Math.PI / 2);
        return ((int)quarters & 3) switch
        {
            0 => Math.Cos(angle),
            1 => -Math.Sin(angle),
            2 => -Math.Cos(angle),
            _ => Math.Sin(angle),
        };
    }

    internal static uint[] Words(long seed, long draw, long count)
    {
        var words = new List<uint>();
        for (ulong block = 0; words.Count < count; block++)
        {
            uint a = (uint)block, b = (uint)(block >> 32), c = (uint)draw, d = (uint)((ulong)draw >> 32), k = (uint)seed, l = (uint)((ulong)seed >> 32);
            for (int round = 0; round < 10; round++, k += 0x9E3779B9, l += 0xBB67AE85)
            {
                ulong p = 0xD2511F53UL * a, q = 0xCD9E8D57UL * c;
                (a, b, c, d) = ((uint)(q >> 32) ^ b ^ k, (uint)q, (uint)(p >> 32) ^ d ^ l, (uint)p);
            }
            words.AddRange([a, b, c, d]);
        }
        return [.. words.Take((int)count)];
    }
}
