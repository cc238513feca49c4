using CudaNet.VirtualGpu;
using static CudaNet.Tests.SegmentTests;

namespace CudaNet.Tests;

/// <summary>Sorting, selection and bisection against LINQ's stable sort.</summary>
public sealed class SortTests
{
    private static readonly string[] Types = [.. SortKernels.Types];

    [Test]
    public void Few_elements_are_sorted_by_a_block([ValueSource(nameof(Types))] string type, [Values] bool descending)
    {
        foreach (var (rows, n) in new[] { (3, 1), (2, 2), (3, 7), (2, 33), (2, 100), (1, 512), (1, 1000) })
        {
            using var bench = new KernelBench();
            double[] x = Mixed(type, rows * n);
            int kept = n == 100 ? 9 : n;
            var y = bench.Output("i64", rows * kept);
            bench.Run(SortKernels.Small(type, new([new(rows, n, kept)], 1, 1, n, kept, descending)), Upload(bench, type, x), y);
            Assert.That(bench.Device.Download<long>(y, rows * kept), Is.EqualTo(x.Chunk(n).SelectMany(row => Sorted(row, descending).Take(kept))), $"{type} {rows}x{n}");
        }
    }

    [Test]
    public void Many_elements_are_sorted_digit_by_digit([ValueSource(nameof(Types))] string type, [Values] bool descending)
    {
        using var bench = new KernelBench();
        const int Rows = 2, N = 2500, Kept = 2400;
        double[] x = Mixed(type, Rows * N);
        int keyBytes = SortKernels.KeyBytes(type);
        SortedWalk walk = new([new(Rows, N, Kept)], 1, 1, N, Kept, descending);
        DevicePointer keys = bench.Output(keyBytes == 8 ? "i64" : "i32", Rows * N), places = bench.Output("i32", Rows * N), y = bench.Output("i64", Rows * Kept);
        bench.Run(SortKernels.Keys(type, walk), Upload(bench, type, x), keys, places);
        (_, places) = RadixTests.Sort(bench, keyBytes, keys, places, Rows, N, 8 * KernelTypes.SizeOf(type));
        bench.Run(SortKernels.Write(type, walk), places, y);
        Assert.That(bench.Device.Download<long>(y, Rows * Kept), Is.EqualTo(x.Chunk(N).SelectMany(row => Sorted(row, descending).Take(Kept))));
    }

    [Test]
    public void The_first_few_of_many_are_selected_in_order([ValueSource(nameof(Types))] string type, [Values] bool descending)
    {
        foreach (var (n, kept) in new[] { (1500, 1), (3000, 50), (2000, 1024) })
        {
            using var bench = new KernelBench();
            double[] x = Mixed(type, n);
            var y = bench.Output("i64", kept);
            bench.Run(SortKernels.Select(type, new([], 1, 1, n, kept, descending)), Upload(bench, type, x), y);
            Assert.That(bench.Device.Download<long>(y, kept), Is.EqualTo(Sorted(x, descending).Take(kept)), $"{type} {kept} of {n}");
        }
    }

    [Test]
    public void Of_equal_elements_the_first_are_selected()
    {
        using var bench = new KernelBench();
        const int N = 5000, Kept = 700;
        var y = bench.Output("i64", Kept);
        // All equal but for two, behind and before.
        double[] x = [.. Enumerable.Repeat(1.0, N)];
        (x[4000], x[10]) = (2, 0);
        bench.Run(SortKernels.Select("f32", new([], 1, 1, N, Kept, true)), Upload(bench, "f32", x), y);
        Assert.That(bench.Device.Download<long>(y, Kept), Is.EqualTo(Sorted(x, true).Take(Kept)));
    }

    [Test]
    public void Any_axis_of_any_layout_is_sorted()
    {
        // x [3, 40, 2] along axis 1, lying as [40, 2, 3]; positions dense.
        double[] x = Mixed("f32", 240);
        double[] Row(int a, int b) => [.. Enumerable.Range(0, 40).Select(i => x[(i * 6) + (b * 3) + a])];
        foreach (bool byBlock in new[] { true, false })
        {
            using var bench = new KernelBench();
            SortedWalk walk = new([new(3, 1, 80), new(2, 3, 1)], 6, 2, 40, 40, false);
            var y = bench.Output("i64", 240);
            var source = Upload(bench, "f32", x);
            if (byBlock) bench.Run(SortKernels.Small("f32", walk), source, y);
            else
            {
                DevicePointer keys = bench.Output("i32", 240), places = bench.Output("i32", 240);
                bench.Run(SortKernels.Keys("f32", walk), source, keys, places);
                (_, places) = RadixTests.Sort(bench, 4, keys, places, 6, 40, 32);
                bench.Run(SortKernels.Write("f32", walk), places, y);
            }
            long[] actual = bench.Device.Download<long>(y, 240);
            for (int a = 0; a < 3; a++)
                for (int b = 0; b < 2; b++)
                    Assert.That(Enumerable.Range(0, 40).Select(i => actual[(a * 80) + (i * 2) + b]), Is.EqualTo(Sorted(Row(a, b), false)));
        }
    }

    [Test]
    public void Values_are_put_before_equal_elements_or_behind_them([ValueSource(nameof(Types))] string type, [Values] bool right)
    {
        foreach (var (rows, n, width) in new[] { (1, 11, 7), (3, 40, 4), (2, 1, 300), (1, 0, 3) })
        {
            using var bench = new KernelBench();
            double[] sorted = [.. Mixed(type, Math.Max(1, rows * n)).Take(rows * n).Chunk(Math.Max(1, n)).SelectMany(row => row.OrderBy(Key))], values = Mixed(type, rows * width);
            var y = bench.Output("i64", rows * width);
            bench.Run(SortKernels.Search(type, n, width, rows * width, right), Upload(bench, type, n == 0 ? [0] : sorted), Upload(bench, type, values), y);
            long[] expected = [.. values.Select((v, i) => (long)sorted.Skip(i / width * n).Take(n).Count(s => right ? Key(s) <= Key(v) : Key(s) < Key(v)))];
            Assert.That(bench.Device.Download<long>(y, rows * width), Is.EqualTo(expected), $"{type} {rows}x{n}");
        }
    }

    [Test]
    public void A_sort_of_a_block_has_no_bank_conflicts()
    {
        using var bench = new KernelBench();
        var y = bench.Output("i64", 1024);
        var counters = bench.Run(SortKernels.Small("f32", new([], 1, 1, 1024, 1024, false)), Upload(bench, "f32", Mixed("f32", 1024)), y).Counters;
        Assert.That(counters.SharedBankConflicts, Is.Zero);
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
    }

    /// <summary>Values with equals, and for floating types both zeros, infinities and NaN.</summary>
    internal static double[] Mixed(string type, int count)
    {
        double[] values = Values(type, count);
        for (int i = 3; i < count; i += 5) values[i] = values[i / 2];
        if (type is "i32" or "i64" or "u8") return values;
        double[] special = [0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity];
        for (int i = 1; i < count; i += 7) values[i] = special[i % 5];
        return values;
    }

    /// <summary>NaN is the greatest, and −0 is 0.</summary>
    private static double Key(double x) => double.IsNaN(x) ? double.MaxValue : double.IsInfinity(x) ? Math.Sign(x) * 1e300 : x + 0.0;

    private static IEnumerable<long> Sorted(double[] row, bool descending)
    {
        var places = Enumerable.Range(0, row.Length).Select(i => (long)i);
        return descending ? places.OrderByDescending(i => Key(row[i])) : places.OrderBy(i => Key(row[i]));
    }
}
