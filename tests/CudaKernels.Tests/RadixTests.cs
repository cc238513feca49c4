using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>The sort of rows of keys against LINQ's stable sort.</summary>
public sealed class RadixTests
{
    [Test]
    public void Rows_of_keys_are_sorted_and_equal_keys_keep_their_order([Values(4, 8)] int keyBytes)
    {
        foreach (var (rows, n) in new[] { (1, 1), (3, 7), (1, 256), (2, 2048), (2, 2049), (1, 5000) })
        {
            using var bench = new KernelBench();
            var random = new Random(n);
            // Few values that differ in low and high bytes, so that there are equals.
            ulong[] keys = [.. Enumerable.Range(0, rows * n).Select(_ => ((ulong)random.Next(3) << ((8 * keyBytes) - 2)) + (ulong)random.Next(400))];
            int[] places = [.. Enumerable.Range(0, rows).SelectMany(_ => Enumerable.Range(0, n))];
            var start = keyBytes == 4 ? bench.Upload(Array.ConvertAll(keys, key => (uint)key)) : bench.Upload(keys);
            var (sorted, order) = Sort(bench, keyBytes, start, bench.Upload(places), rows, n, 8 * keyBytes);
            int[] expected = [.. keys.Chunk(n).SelectMany(row => Enumerable.Range(0, n).OrderBy(i => row[i]))];
            Assert.That(bench.Device.Download<int>(order, rows * n), Is.EqualTo(expected), $"{rows}x{n}");
            ulong[] moved = keyBytes == 4 ? Array.ConvertAll(bench.Device.Download<uint>(sorted, rows * n), key => (ulong)key) : bench.Device.Download<ulong>(sorted, rows * n);
            Assert.That(moved, Is.EqualTo(keys.Chunk(n).SelectMany(row => row.Order())), $"keys of {rows}x{n}");
        }
    }

    /// <summary>Sorts on the device by the low bits of keys.</summary>
    internal static (DevicePointer Keys, DevicePointer Places) Sort(KernelBench bench, int keyBytes, DevicePointer keys, DevicePointer places, int rows, int n, int bits)
    {
        string type = keyBytes == 4 ? "i32" : "i64";
        DevicePointer otherKeys = bench.Output(type, rows * n), otherPlaces = bench.Output("i32", rows * n);
        int length = (int)RadixKernels.Counts(1, n);
        var counts = bench.Output("i32", rows * length);
        for (int shift = 0; shift < bits; shift += 8)
        {
            bench.Run(RadixKernels.Count(keyBytes, rows, n), keys, counts, n, shift);
            bench.Run(RadixKernels.Scan(keyBytes, rows), counts, length);
            bench.Run(RadixKernels.Move(keyBytes, rows, n), keys, places, otherKeys, otherPlaces, counts, n, shift);
            (keys, otherKeys, places, otherPlaces) = (otherKeys, keys, otherPlaces, places);
        }
        return (keys, places);
    }
}
