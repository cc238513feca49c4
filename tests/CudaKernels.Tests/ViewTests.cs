using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Copies, transpositions and padding, byte for byte.</summary>
public sealed class ViewTests
{
    private static readonly int[] Sizes = [1, 2, 4, 8];

    /// <summary>Sizes and strides of the source; the target is dense.</summary>
    private static readonly (string Name, long[] Sizes, long[] Strides, long Offset, string Entry)[] Copies =
    [
        ("one element", [1], [1], 0, "copy"),
        ("a scalar", [], [], 0, "copy"),
        ("dense", [3, 5, 7], [35, 7, 1], 0, "copy"),
        ("a slice of rows", [5, 8], [16, 1], 4, "copy"),
        ("every other element", [5, 9], [18, 2], 1, "copy"),
        ("stretched", [4, 300], [0, 1], 0, "copy"),
        ("a number repeated", [700], [0], 3, "copy"),
        ("backwards", [3, 70], [70, -1], 69, "copy"),
        ("few channels last", [2, 40, 3], [120, 1, 40], 0, "copy"),
        ("transposed", [33, 47], [1, 33], 0, "copy_transposed"),
        ("whole tiles transposed", [64, 32], [1, 64], 0, "copy_transposed"),
        ("transposed in a batch", [3, 2, 17, 65], [2 * 65 * 17, 65 * 17, 1, 17], 0, "copy_transposed"),
        ("first to last", [35, 3, 40], [1, 40 * 35, 35], 0, "copy_transposed"),
        ("transposed and backwards", [20, 40], [-1, 20], 19, "copy_transposed"),
        ("eight axes", [2, 3, 2, 2, 3, 2, 2, 3], [1, 2, 6, 12, 24, 72, 144, 288], 0, "copy"),
    ];

    [Test]
    public void Any_layout_is_copied([ValueSource(nameof(Sizes))] int bytes)
    {
        foreach (var (name, sizes, strides, offset, entry) in Copies)
        {
            using var bench = new KernelBench();
            int count = (int)sizes.Aggregate(1L, (a, b) => a * b), source = 1 + (int)(offset + sizes.Zip(strides).Sum(axis => (axis.First - 1) * Math.Max(0, axis.Second)));
            byte[] x = Random(source * bytes);
            var y = bench.Output("u8", count * bytes);
            var alignment = offset == 0 ? 256 : offset * bytes & -(offset * bytes);
            var prepared = ViewKernels.Copy(sizes, strides, Dense(sizes), bytes, alignment);
            Assert.That(prepared.Launch.Entry, Is.EqualTo(entry), name);
            bench.Run(prepared, bench.Upload(x) + (offset * bytes), y);
            Assert.That(bench.Device.Download<byte>(y, count * bytes), Is.EqualTo(Walk(sizes, strides).SelectMany(at => x.AsSpan((int)(offset + at) * bytes, bytes).ToArray())), $"{name} of {bytes} bytes");
        }
    }

    [Test]
    public void Values_are_put_around_and_between([ValueSource(nameof(Sizes))] int bytes)
    {
        foreach (var (sizes, strides, low, high, interior) in new (long[], long[], long[], long[], long[])[]
        {
            ([5], [1], [2], [1], [0]),
            ([3, 5], [5, 1], [1, 0], [2, 3], [0, 0]),
            ([3, 5], [1, 3], [0, 1], [1, 0], [2, 1]),
            ([0, 3], [3, 1], [1, 1], [1, 0], [3, 0]),
            ([1], [1], [0], [0], [4]),
            ([2, 3, 8], [24, 8, 1], [0, 2, 0], [1, 1, 0], [0, 1, 0]),
            ([3, 259], [259, 1], [1, 19], [0, 2], [0, 0]),
            ([1, 300], [0, 1], [1, 0], [0, 3], [0, 0]),
        })
        {
            using var bench = new KernelBench();
            long[] target = [.. sizes.Select((size, k) => low[k] + size + (Math.Max(0, size - 1) * interior[k]) + high[k])];
            byte[] x = Random(Math.Max(1, sizes.Zip(strides).Aggregate(1, (last, axis) => last + (int)((axis.First - 1) * axis.Second))) * bytes), value = Random(bytes);
            int count = (int)target.Aggregate(1L, (a, b) => a * b);
            byte[] expected = [.. Enumerable.Range(0, count).SelectMany(_ => value)];
            long[] dense = Dense(target), steps = [.. dense.Zip(interior, (stride, between) => stride * (between + 1))];
            long start = low.Zip(dense, (l, stride) => l * stride).Sum();
            foreach (var (from, to) in Walk(sizes, strides).Zip(Walk(sizes, steps))) x.AsSpan((int)from * bytes, bytes).CopyTo(expected.AsSpan((int)(start + to) * bytes));
            byte[] bits = new byte[8];
            value.CopyTo(bits, 0);
            var y = bench.Output("u8", count * bytes);
            bench.Run(ViewKernels.Pad(sizes, strides, low, high, interior, BitConverter.ToUInt64(bits), bytes, 256), bench.Upload(x), y);
            Assert.That(bench.Device.Download<byte>(y, count * bytes), Is.EqualTo(expected), $"[{string.Join(", ", sizes)}] of {bytes} bytes");
        }
    }

    [Test]
    public void Divisors_divide_every_number_below_two_to_the_31()
    {
        uint[] interesting = [1, 2, 3, 5, 7, 10, 255, 256, 257, 641, 65535, 65536, 65537, 1_000_000_007, int.MaxValue - 1, int.MaxValue];
        foreach (uint divisor in interesting)
        {
            var (multiplier, shift) = KernelAxes.Divisor(divisor);
            uint last = int.MaxValue / divisor * divisor;
            foreach (uint n in interesting.Concat([0u, last, last - 1, divisor - 1, divisor + 1]).Where(n => n <= int.MaxValue))
                Assert.That((uint)((((ulong)n * multiplier) >> 32) + n) >> (int)shift, Is.EqualTo(n / divisor), $"{n}/{divisor}");
        }
    }

    [Test]
    public void Transpositions_read_and_write_whole_sectors_without_bank_conflicts([ValueSource(nameof(Sizes))] int bytes)
    {
        using var bench = new KernelBench();
        const int N = 128;
        var y = bench.Output("u8", 2 * N * N * bytes);
        var counters = bench.Run(ViewKernels.Copy([2, N, N], [N * N, 1, N], [N * N, N, 1], bytes, 256), bench.Upload(Random(2 * N * N * bytes)), y).Counters;
        Assert.That(counters.CoalescingPercent, Is.EqualTo(100));
        Assert.That(counters.SharedBankConflicts, Is.Zero);
        Assert.That(counters.GlobalBytesRead, Is.EqualTo(2 * N * N * bytes));
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo(2 * N * N * bytes));
    }

    [Test]
    public void Rows_that_lie_together_are_copied_sixteen_bytes_at_a_time([ValueSource(nameof(Sizes))] int bytes)
    {
        using var bench = new KernelBench();
        var prepared = ViewKernels.Copy([40, 64], [128, 1], [64, 1], bytes, 256);
        Assert.That(prepared.Launch.Spec, Is.EqualTo(ViewKernels.Spec(16)));
        var y = bench.Output("u8", 40 * 64 * bytes);
        var counters = bench.Run(prepared, bench.Upload(Random(40 * 128 * bytes)), y).Counters;
        Assert.That(counters.CoalescingPercent, Is.EqualTo(100));
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo(40 * 64 * bytes));
    }

    private static byte[] Random(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static long[] Dense(long[] sizes) => [.. sizes.Select((_, k) => sizes[(k + 1)..].Aggregate(1L, (a, b) => a * b))];

    /// <summary>The places of the elements in row-major order.</summary>
    private static IEnumerable<long> Walk(long[] sizes, long[] strides) => sizes.Length == 0
        ? [0]
        : from i in Enumerable.Range(0, (int)sizes[0]) from rest in Walk(sizes[1..], strides[1..]) select (i * strides[0]) + rest;
}
