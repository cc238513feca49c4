using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>What <c>scan.cu</c> runs along an axis.</summary>
public enum ScanOp
{
    /// <summary>Sums of all up to each.</summary>
    Sum,

    /// <summary>y[i] = x[i]·y[i − 1] + b[i].</summary>
    Decay,

    /// <summary>The place of the greatest up to each.</summary>
    Best,
}

/// <summary>Launches of <c>scan.cu</c>.</summary>
public static class ScanKernels
{
    private const int Threads = 256, PartLength = 4096, EnoughRows = 128;

    /// <summary>The types of each operation.</summary>
    public static IReadOnlyDictionary<ScanOp, string[]> Types { get; } = new Dictionary<ScanOp, string[]>
    {
        [ScanOp.Sum] = ["f32", "f16", "bf16", "f64", "i32", "i64"],
        [ScanOp.Decay] = ["f32", "f16", "bf16", "f64"],
        [ScanOp.Best] = ["f32", "f16", "bf16", "f64", "i32", "i64", "u8"],
    };

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("scan", "Running sums, linear recurrences and places of extremes, forward and backward.",
        [.. from op in Types from type in op.Value select Spec(op.Key, type)],
        Samples());

    /// <summary>The specialisation for an operation and a type.</summary>
    public static KernelSpec Spec(ScanOp op, string type) => KernelSpec.Of("scan", $"OP={op}", $"T={type}");

    /// <summary>Parts of a row and their length: one for short rows, and where there are rows enough for all multiprocessors.</summary>
    public static (int Parts, int Length) PartsOf(long rows, long n)
    {
        if (n <= 2 * PartLength || rows >= EnoughRows) return (1, checked((int)n));
        var parts = (n + PartLength - 1) / PartLength;
        return ((int)parts, PartLength);
    }

    /// <summary>Bytes of a part's state.</summary>
    public static int StateBytes(ScanOp op, string type) => op switch
    {
        ScanOp.Best => KernelTypes.SizeOf(type) == 8 ? 16 : 8,
        _ => (type is "f32" or "f64" or "i64" ? 8 : 4) * (op == ScanOp.Decay ? 2 : 1),
    };

    /// <summary><c>scan_columns</c> of [outer, n, inner]: x, b (null but for Decay), y.</summary>
    public static PreparedLaunch Columns(ScanOp op, string type, long outer, int n, int inner, bool reverse, bool flip)
    {
        var count = outer * inner;
        return new(new(Spec(op, type), "scan_columns", ViewKernels.Blocks(count), Threads), [n, KernelArgument.Of(new KernelDivisor(inner)), (uint)count, reverse ? 1 : 0, flip ? 1 : 0]);
    }

    /// <summary><c>scan_rows</c>: x, b, y, carries, null for one part.</summary>
    public static PreparedLaunch Rows(ScanOp op, string type, long rows, int n, int parts, int length, bool reverse, bool flip) =>
        new(new(Spec(op, type), "scan_rows", checked((int)(rows * parts)), Threads), [n, parts, length, reverse ? 1 : 0, flip ? 1 : 0]);

    /// <summary><c>scan_totals</c>: x, b, totals.</summary>
    public static PreparedLaunch Totals(ScanOp op, string type, long rows, int n, int parts, int length, bool reverse, bool flip) =>
        Rows(op, type, rows, n, parts, length, reverse, flip) with { Launch = new(Spec(op, type), "scan_totals", checked((int)(rows * parts)), Threads) };

    /// <summary><c>scan_carries</c>: totals.</summary>
    public static PreparedLaunch Carries(ScanOp op, string type, long rows, int parts) =>
        new(new(Spec(op, type), "scan_carries", ViewKernels.Blocks(rows), Threads), [parts, (uint)rows]);

    private static KernelSample[] Samples()
    {
        const int N = 16384;
        SampleBuffer x = new("f32", N), y = new("f32", N, SampleFill.Unwritten), totals = new("f64", 4, SampleFill.Zeros);
        PreparedLaunch columns = Columns(ScanOp.Sum, "f32", 1, 8, N / 8, false, false), rows = Rows(ScanOp.Sum, "f32", 1, N, 4, N / 4, false, false);
        PreparedLaunch sums = Totals(ScanOp.Sum, "f32", 1, N, 4, N / 4, false, false), carries = Carries(ScanOp.Sum, "f32", 1, 4);
        return
        [
            new(columns.Launch, [x, y], p => [p[0], CudaDevicePointer.Null, p[1], .. columns.Arguments]) { MinimalBytes = 2 * x.Bytes },
            new(rows.Launch, [x, y, totals], p => [p[0], CudaDevicePointer.Null, p[1], p[2], .. rows.Arguments]) { MinimalBytes = 2 * x.Bytes },
            new(sums.Launch, [x, totals with { Fill = SampleFill.Unwritten }], p => [p[0], CudaDevicePointer.Null, p[1], .. sums.Arguments]) { MinimalBytes = x.Bytes },
            new(carries.Launch, [totals], p => [p[0], .. carries.Arguments]),
        ];
    }
}
