using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Elements at places named by integers: read, written over and added up, against plain loops.</summary>
public sealed class IndexingTests
{
    private static readonly int[] Sizes = [1, 2, 4, 8];
    private static readonly (long[] Sizes, int Axis, long Size)[] Tables = [([5, 1], 1, 3), ([2, 3], 0, 5), ([3, 9], 1, 4), ([7], 0, 9), ([2, 4, 3], 1, 5), ([3, 131], 1, 2), ([2, 300], 0, 3), ([1], 0, 1)];

    [Test]
    public void Rows_are_taken([ValueSource(nameof(Sizes))] int bytes, [Values] bool wide)
    {
        foreach (var (outer, size, inner, places) in new[] { (1, 7, 3, 8), (1, 5, 64, 4), (3, 5, 1, 4), (2, 5, 3, 3), (1, 11, 1, 300), (1, 1, 1, 1), (2, 3, 130, 5) })
        {
            using var bench = new KernelBench();
            long[] indices = Indices(places, size);
            byte[] x = Bytes(outer * size * inner * bytes);
            var y = bench.Output("u8", outer * places * inner * bytes);
            var error = NoError(bench);
            bench.Run(IndexingKernels.Take((outer, size * inner), (size, inner), inner, places, bytes, 256, wide), bench.Upload(x), Upload(bench, indices, wide), y, error, 1UL);
            byte[] expected = [.. from o in Enumerable.Range(0, outer) from p in indices from b in x.AsSpan((int)(((o * size) + p) * inner * bytes), inner * bytes).ToArray() select b];
            Assert.That(bench.Device.Download<byte>(y, expected.Length), Is.EqualTo(expected), $"{outer}x{size}x{inner} of {bytes} bytes");
            Assert.That(bench.Device.Download<long>(error, 3), Is.EqualTo(new long[3]));
        }
    }

    [Test]
    public void Elements_are_gathered_from_any_layout([ValueSource(nameof(Sizes))] int bytes, [Values] bool wide)
    {
        foreach (var (sizes, axis, size) in Tables)
        {
            using var bench = new KernelBench();
            long[] source = [.. sizes.Select((s, k) => k == axis ? size : s)], strides = Reversed(source);
            int count = Count(sizes);
            long[] indices = Indices(count, size);
            byte[] x = Bytes(Count(source) * bytes);
            var y = bench.Output("u8", count * bytes);
            bench.Run(IndexingKernels.Gather(new(sizes, Dense(sizes), strides, strides, axis, size, wide), bytes), bench.Upload(x), Upload(bench, indices, wide), y, NoError(bench), 1UL);
            byte[] expected = [.. Places(sizes).SelectMany((place, i) => x.AsSpan((int)At(With(place, axis, indices[i]), strides) * bytes, bytes).ToArray())];
            Assert.That(bench.Device.Download<byte>(y, expected.Length), Is.EqualTo(expected), $"[{string.Join(", ", sizes)}] of {bytes} bytes");
        }
    }

    [Test]
    public void The_last_of_several_values_for_one_element_stays([ValueSource(nameof(Sizes))] int bytes, [Values] bool byColumns)
    {
        foreach (var (sizes, axis, size) in Tables)
        {
            using var bench = new KernelBench();
            long[] shape = [.. sizes.Select((s, k) => k == axis ? size : s)], strides = Dense(shape), valueStrides = Reversed(sizes);
            int count = Count(sizes);
            long[] indices = Indices(count, size);
            byte[] values = Bytes(count * bytes), expected = Bytes(Count(shape) * bytes);
            IndexedWalk walk = new(sizes, Dense(sizes), valueStrides, strides, axis, size, true);
            DevicePointer y = bench.Upload([.. expected]), v = bench.Upload(values), places = bench.Upload(indices), error = NoError(bench);
            if (byColumns) bench.Run(IndexingKernels.ScatterColumns(walk, bytes), places, v, y, error, 1UL);
            else
            {
                var winner = bench.Upload(Enumerable.Repeat(-1, Count(shape)).ToArray());
                bench.Run(IndexingKernels.ScatterMark(walk), places, winner, error, 1UL);
                bench.Run(IndexingKernels.ScatterWrite(walk, bytes), places, v, y, winner);
            }
            foreach (var (place, i) in Places(sizes).Select((place, i) => (place, i)))
                values.AsSpan((int)At(place, valueStrides) * bytes, bytes).CopyTo(expected.AsSpan((int)At(With(place, axis, indices[i]), strides) * bytes));
            Assert.That(bench.Device.Download<byte>(y, expected.Length), Is.EqualTo(expected), $"[{string.Join(", ", sizes)}] of {bytes} bytes");
        }
    }

    [Test]
    public void Axes_are_joined_to_one_index_from_both_ends()
    {
        using var bench = new KernelBench();
        long[] first = [0, -5, 4, -1, 2], second = [2, -3, 0, -1, 1];
        DevicePointer y = bench.Output("i64", 5), error = NoError(bench);
        bench.Run(IndexingKernels.FlatIndex(5, true, true, 5), bench.Upload(first), y, error, 1UL);
        bench.Run(IndexingKernels.FlatIndex(3, true, false, 5), bench.Upload(second), y, error, 1UL);
        Assert.That(bench.Device.Download<long>(y, 5), Is.EqualTo(first.Zip(second, (a, b) => ((a + 5) % 5 * 3) + ((b + 3) % 3))));
        Assert.That(bench.Device.Download<long>(error, 3), Is.EqualTo(new long[3]));
    }

    [TestCase(5L)]
    [TestCase(-1L)]
    [TestCase(long.MinValue)]
    [TestCase(1L << 32)]
    public void An_index_out_of_range_is_reported_and_touches_nothing(long bad)
    {
        long[] indices = [1, 4, bad, 0];
        IndexedWalk walk = new([4], [1], [1], [1], 0, 5, true);
        foreach (string entry in new[] { "take", "gather", "scatter_columns", "scatter_mark", "flat_index", "add_columns", "flat_keys" })
            foreach (bool isChecked in new[] { true, false })
            {
                using var bench = new KernelBench();
                DevicePointer i = bench.Upload(indices), x = bench.Upload([10f, 11, 12, 13, 14]), y = bench.Output("f32", 4), target = bench.Upload(new float[5]), wide = bench.Output("i64", 4);
                var error = NoError(bench);
                var record = isChecked ? error : DevicePointer.Null;
                switch (entry)
                {
                    case "take": bench.Run(IndexingKernels.Take((1, 0), (5, 1), 1, 4, 4, 4, true), x, i, y, record, 7UL); break;
                    case "gather": bench.Run(IndexingKernels.Gather(walk, 4), x, i, y, record, 7UL); break;
                    case "scatter_columns": bench.Run(IndexingKernels.ScatterColumns(walk, 4), i, x, target, record, 7UL); break;
                    case "scatter_mark": bench.Run(IndexingKernels.ScatterMark(walk), i, target, record, 7UL); break;
                    case "flat_index": bench.Run(IndexingKernels.FlatIndex(5, false, true, 4), i, wide, record, 7UL); break;
                    case "add_columns": bench.Run(SegmentKernels.AddColumns("f32", walk), i, x, target, record, 7UL); break;
                    default: bench.Run(SegmentKernels.FlatKeys(walk, 5), i, y, wide, record, 7UL); break;
                }
                Assert.That(bench.Device.Download<long>(error, 3), Is.EqualTo(isChecked ? [7, bad, 5] : new long[3]), entry);
                if (entry is "take" or "gather") Assert.That(bench.Device.Download<float>(y, 4), Is.EqualTo(new[] { 11f, 14, 0, 10 }), entry);
            }
    }

    [Test]
    public void Indices_count_from_the_end_only_where_they_may()
    {
        using var bench = new KernelBench();
        DevicePointer y = bench.Output("i64", 1), error = NoError(bench);
        bench.Run(IndexingKernels.FlatIndex(5, true, true, 1), bench.Upload([-6L]), y, error, 3UL);
        Assert.That(bench.Device.Download<long>(error, 3), Is.EqualTo(new[] { 3L, -6, 5 }));
    }

    [Test]
    public void Rows_for_an_embedding_are_read_in_whole_sectors()
    {
        using var bench = new KernelBench();
        const int Vocabulary = 50, Width = 192, Places = 40;
        var y = bench.Output("bf16", Places * Width);
        var prepared = IndexingKernels.Take((1, 0), (Vocabulary, Width), Width, Places, 2, 256, true);
        Assert.That(prepared.Launch.Spec, Is.EqualTo(IndexingKernels.Spec(16)));
        var counters = bench.Run(prepared, bench.Upload(Bytes(Vocabulary * Width * 2)), bench.Upload(Indices(Places, Vocabulary)), y, NoError(bench), 1UL).Counters;
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo(Places * Width * 2));
    }

    internal static DevicePointer NoError(KernelBench bench) => bench.Upload(new long[3]);

    internal static long[] Indices(int count, long size)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextInt64(size))];
    }

    internal static DevicePointer Upload(KernelBench bench, long[] indices, bool wide) => wide ? bench.Upload(indices) : bench.Upload(Array.ConvertAll(indices, index => (int)index));

    internal static int Count(long[] sizes) => (int)sizes.Aggregate(1L, (a, b) => a * b);

    internal static long[] Dense(long[] sizes) => [.. sizes.Select((_, k) => (long)Count(sizes[(k + 1)..]))];

    /// <summary>All places of a shape in row-major order.</summary>
    internal static IEnumerable<long[]> Places(long[] sizes) => sizes.Length == 0
        ? [[]]
        : from i in Enumerable.Range(0, (int)sizes[0]) from rest in Places(sizes[1..]) select (long[])[i, .. rest];

    internal static long At(long[] place, long[] strides) => place.Zip(strides, (p, stride) => p * stride).Sum();

    internal static long[] With(long[] place, int axis, long value) => [.. place.Select((p, k) => k == axis ? value : p)];

    /// <summary>Strides of a shape that lies with its first axis innermost.</summary>
    private static long[] Reversed(long[] sizes) => [.. sizes.Select((_, k) => (long)Count(sizes[..k]))];

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
