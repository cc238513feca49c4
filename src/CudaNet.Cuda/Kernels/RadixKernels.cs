using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>radix.cu</c>: sorts rows of keys of 32 or 64 bits together with their places.</summary>
public static class RadixKernels
{
    private const int Tile = 2048, Threads = 256, Digits = 256;

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("radix", "A stable pass of a radix sort of rows.", [Spec(4), Spec(8)], Samples());

    /// <summary>The specialisation for keys of 4 or 8 bytes.</summary>
    public static KernelSpec Spec(int keyBytes) => KernelSpec.Of("radix", $"KEY={(keyBytes == 4 ? "u32" : "u64")}");

    /// <summary>Numbers of 32 bits that a pass counts in.</summary>
    public static long Counts(long rows, long n) => rows * Digits * Tiles(n);

    /// <summary><c>radix_count</c>: keys, counts, n, shift.</summary>
    public static KernelLaunch Count(int keyBytes, long rows, long n) => new(Spec(keyBytes), "radix_count", new Dim3(Tiles(n), checked((int)rows)), Threads);

    /// <summary><c>radix_scan</c>: counts, and numbers of a row.</summary>
    public static KernelLaunch Scan(int keyBytes, long rows) => new(Spec(keyBytes), "radix_scan", checked((int)rows), Threads);

    /// <summary><c>radix_move</c>: keys, places, their targets, counts, n, shift.</summary>
    public static KernelLaunch Move(int keyBytes, long rows, long n) => new(Spec(keyBytes), "radix_move", new Dim3(Tiles(n), checked((int)rows)), Threads);

    private static int Tiles(long n) => checked((int)((n + Tile - 1) / Tile));

    private static KernelSample[] Samples()
    {
        const int N = 4096;
        SampleBuffer keys = new("i32", N, SampleFill.Indices, 200), places = new("i32", N, SampleFill.Indices, N), target = new("i32", N, SampleFill.Unwritten), counts = new("i32", Counts(1, N), SampleFill.Zeros);
        return
        [
            new(Count(4, 1, N), [keys, counts with { Fill = SampleFill.Unwritten }], p => [p[0], p[1], N, 0]) { MinimalBytes = keys.Bytes + counts.Bytes },
            new(Scan(4, 1), [counts], p => [p[0], (int)counts.Count]),
            new(Move(4, 1, Tile), [keys with { Count = Tile, Fill = SampleFill.Zeros }, places, target, target, counts], p => [p[0], p[1], p[2], p[3], p[4], Tile, 0]),
        ];
    }
}
