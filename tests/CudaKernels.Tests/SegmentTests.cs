using CudaNet.VirtualGpu;
using static CudaNet.Tests.IndexingTests;

namespace CudaNet.Tests;

/// <summary>Sums at places named by integers against plain loops.</summary>
public sealed class SegmentTests
{
    private static readonly string[] Types = [.. SegmentKernels.Types];
    private static readonly (int Outer, int Places, int Size, int Inner)[] Rows = [(1, 4, 5, 3), (2, 5, 3, 40), (1, 131, 3, 1), (1, 1, 1, 1), (1, 300, 7, 33), (3, 9, 300, 2), (1, 2100, 260, 5)];

    [Test]
    public void Rows_are_added_up_by_sorted_places([ValueSource(nameof(Types))] string type)
    {
        foreach (var (outer, places, size, inner) in Rows)
        {
            using var bench = new KernelBench();
            long[] indices = Indices(places, size);
            double[] values = Values(type, outer * places * inner), expected = new double[outer * size * inner], magnitude = new double[expected.Length];
            DevicePointer keys = bench.Output("i32", places), order = bench.Output("i32", places), y = Upload(bench, type, new double[expected.Length]);
            bench.Run(SegmentKernels.FlatKeys(new([places], [1], [1], [1], 0, size, true), size), bench.Upload(indices), keys, order, NoError(bench), 1UL);
            (keys, order) = RadixTests.Sort(bench, 4, keys, order, 1, places, SegmentKernels.KeyBits(size));
            bench.Run(SegmentKernels.SegmentSums(type, outer, places, size, inner), keys, order, Upload(bench, type, values), y);
            for (int i = 0; i < values.Length; i++)
            {
                int at = (int)((((i / inner / places * size) + indices[i / inner % places]) * inner) + (i % inner));
                expected[at] += values[i];
                magnitude[at] += Math.Abs(values[i]);
            }
            KernelBench.Close(Download(bench, type, y, expected.Length), expected, i => Tolerance(type, places, magnitude[i]), $"{type} {outer}x{places}x{inner} to {size}");
        }
    }

    [Test]
    public void Columns_are_added_up_in_the_order_of_values([ValueSource(nameof(Types))] string type)
    {
        foreach (var (sizes, axis, size) in new (long[], int, long)[] { ([5, 1], 1, 3), ([2, 3], 0, 5), ([3, 9], 1, 4), ([2, 4, 3], 1, 5), ([3, 131], 1, 2), ([2, 300], 0, 3) })
        {
            using var bench = new KernelBench();
            long[] shape = With(sizes, axis, size), strides = Dense(shape), indices = Indices(Count(sizes), size);
            double[] values = Values(type, Count(sizes)), expected = new double[Count(shape)];
            string sum = SegmentKernels.SumType(type);
            DevicePointer sums = Upload(bench, sum, new double[expected.Length]), y = sums;
            bench.Run(SegmentKernels.AddColumns(type, new(sizes, Dense(sizes), Dense(sizes), strides, axis, size, true)), bench.Upload(indices), Upload(bench, type, values), sums, NoError(bench), 1UL);
            foreach (var (place, i) in Places(sizes).Select((place, i) => (place, i)))
            {
                ref double to = ref expected[At(With(place, axis, indices[i]), strides)];
                // In the order and the precision of the kernel: nothing is left to a tolerance.
                to = sum == "f32" ? (float)to + (float)values[i] : to + values[i];
            }
            if (sum != type)
            {
                y = bench.Output(type, expected.Length);
                bench.Run(SegmentKernels.RoundSums(type, expected.Length), sums, y);
                expected = KernelBench.Rounded(type, expected);
            }
            Assert.That(Download(bench, type, y, expected.Length), Is.EqualTo(expected), $"{type} [{string.Join(", ", sizes)}]");
        }
    }

    [Test]
    public void The_same_sums_come_out_every_time()
    {
        using KernelBench first = new(), second = new();
        float[] once = Sums(first), again = Sums(second);
        Assert.That(again, Is.EqualTo(once));
    }

    [Test]
    public void Places_out_of_range_are_left_out_of_the_sums()
    {
        using var bench = new KernelBench();
        // The bad index must not part the two of the greatest key, whose low bits are those of no key.
        const int Size = 255;
        long[] indices = [254, 300, 254, -1, 0];
        DevicePointer keys = bench.Output("i32", 5), order = bench.Output("i32", 5), y = bench.Upload(new float[Size]);
        bench.Run(SegmentKernels.FlatKeys(new([5], [1], [1], [1], 0, Size, true), Size), bench.Upload(indices), keys, order, DevicePointer.Null, 0UL);
        (keys, order) = RadixTests.Sort(bench, 4, keys, order, 1, 5, SegmentKernels.KeyBits(Size));
        bench.Run(SegmentKernels.SegmentSums("f32", 1, 5, Size, 1), keys, order, bench.Upload([1f, 2, 4, 8, 16]), y);
        float[] expected = new float[Size];
        (expected[254], expected[0]) = (5, 16);
        Assert.That(bench.Device.Download<float>(y, Size), Is.EqualTo(expected));
    }

    [Test]
    public void The_gradient_of_an_embedding_is_read_in_whole_sectors_and_each_row_written_once()
    {
        using var bench = new KernelBench();
        const int Places = 48, Size = 100, Inner = 256;
        long[] indices = Indices(Places, Size);
        DevicePointer keys = bench.Output("i32", Places), order = bench.Output("i32", Places), y = bench.Upload(new float[Size * Inner]);
        bench.Run(SegmentKernels.FlatKeys(new([Places], [1], [1], [1], 0, Size, true), Size), bench.Upload(indices), keys, order, NoError(bench), 1UL);
        (keys, order) = RadixTests.Sort(bench, 4, keys, order, 1, Places, SegmentKernels.KeyBits(Size));
        var counters = bench.Run(SegmentKernels.SegmentSums("f32", 1, Places, Size, Inner), keys, order, bench.Upload("f32", KernelBench.Random("f32", Places * Inner, 1)), y).Counters;
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(counters.SharedBankConflicts, Is.Zero);
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo(indices.Distinct().Count() * Inner * 4));
    }

    internal static DevicePointer Upload(KernelBench bench, string type, double[] values) => type switch
    {
        "f64" => bench.Upload(values),
        "i32" => bench.Upload(Array.ConvertAll(values, value => (int)value)),
        "i64" => bench.Upload(Array.ConvertAll(values, value => (long)value)),
        "u8" => bench.Upload(Array.ConvertAll(values, value => (byte)value)),
        _ => bench.Upload(type, values),
    };

    internal static double[] Download(KernelBench bench, string type, DevicePointer pointer, int count) => type switch
    {
        "f64" => bench.Device.Download<double>(pointer, count),
        "i32" => Array.ConvertAll(bench.Device.Download<int>(pointer, count), value => (double)value),
        "i64" => Array.ConvertAll(bench.Device.Download<long>(pointer, count), value => (double)value),
        "u8" => Array.ConvertAll(bench.Device.Download<byte>(pointer, count), value => (double)value),
        _ => bench.Download(type, pointer, count),
    };

    internal static double[] Values(string type, int count) => type switch
    {
        "f64" => Array.ConvertAll(KernelBench.Random("f32", count, 3), Math.Cbrt),
        "i32" or "i64" => Array.ConvertAll(KernelBench.Random("f32", count, 3, 1000), value => Math.Round(value)),
        "u8" => [.. KernelBench.Random("f32", count, 3, 127).Select(value => Math.Round(value) + 127)],
        _ => KernelBench.Random(type, count, 3),
    };

    // A rounding of each addition, and one to the type.
    private static double Tolerance(string type, int terms, double magnitude) => type switch
    {
        "i32" or "i64" => 0.5,
        "f64" => Math.Pow(2, -53) * terms * magnitude,
        _ => ((Math.Pow(2, -24) * terms) + KernelBench.Unit(type)) * magnitude,
    } + 1e-300;

    private static float[] Sums(KernelBench bench)
    {
        const int Places = 700, Size = 3;
        DevicePointer keys = bench.Output("i32", Places), order = bench.Output("i32", Places), y = bench.Upload(new float[Size]);
        bench.Run(SegmentKernels.FlatKeys(new([Places], [1], [1], [1], 0, Size, true), Size), bench.Upload(Indices(Places, Size)), keys, order, NoError(bench), 1UL);
        (keys, order) = RadixTests.Sort(bench, 4, keys, order, 1, Places, SegmentKernels.KeyBits(Size));
        bench.Run(SegmentKernels.SegmentSums("f32", 1, Places, Size, 1), keys, order, bench.Upload("f32", KernelBench.Random("f32", Places, 1)), y);
        return bench.Device.Download<float>(y, Size);
    }
}
