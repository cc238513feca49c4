using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>operations.cu</c>: single ops, for where no compiler is there.</summary>
public static class OperationKernels
{
    private const int Threads = 256;

    /// <summary>The types in which programs are computed.</summary>
    public static IReadOnlyList<string> Types { get; } = ["b8", "u8", "i32", "i64", "f32", "f64"];

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("operations", "One elementwise op or one fold at a time, where no compiler is there.",
        [.. Types.Select(Spec)], Samples());

    /// <summary>The specialisation for a type.</summary>
    public static KernelSpec Spec(string type) => KernelSpec.Of("operations", $"T={type}");

    /// <summary><c>load</c>: x of any type, y.</summary>
    /// <param name="type">Type to load to.</param>
    /// <param name="from">Element type of x.</param>
    /// <param name="sizes">Sizes of the axes.</param>
    /// <param name="x">Strides of x.</param>
    public static PreparedLaunch Load(string type, DType from, ReadOnlySpan<long> sizes, ReadOnlySpan<long> x) => Each("load", type, AxisWalk.Of(sizes, x), (int)from);

    /// <summary><c>store</c>: x, y of a half type.</summary>
    public static PreparedLaunch Store(string type, DType to, long count) => new(new(Spec(type), "store", Blocks(count), Threads), [(int)count, (int)to]);

    /// <summary><c>unary</c>: x, y.</summary>
    public static PreparedLaunch Unary(string type, int op, ReadOnlySpan<long> sizes, ReadOnlySpan<long> x) => Each("unary", type, AxisWalk.Of(sizes, x), op);

    /// <summary><c>binary</c>: x, y, z, error record, token.</summary>
    public static PreparedLaunch Binary(string type, int op, ReadOnlySpan<long> sizes, ReadOnlySpan<long> x, ReadOnlySpan<long> y) => Each("binary", type, AxisWalk.Of(sizes, x, y), op);

    /// <summary><c>relation</c>: x, y, z of Bool.</summary>
    public static PreparedLaunch Relation(string type, int op, ReadOnlySpan<long> sizes, ReadOnlySpan<long> x, ReadOnlySpan<long> y) => Each("relation", type, AxisWalk.Of(sizes, x, y), op);

    /// <summary><c>choose</c>: mask, x, y, z.</summary>
    public static PreparedLaunch Choose(string type, ReadOnlySpan<long> sizes, ReadOnlySpan<long> mask, ReadOnlySpan<long> x, ReadOnlySpan<long> y) => Each("choose", type, AxisWalk.Of(sizes, mask, x, y));

    /// <summary><c>fold</c>: x, y.</summary>
    /// <param name="type">Type.</param>
    /// <param name="op">0 sum, 1 product, 2 maximum, 3 minimum.</param>
    /// <param name="kept">The kept axes with the strides of x.</param>
    /// <param name="folded">The folded axes.</param>
    /// <param name="neutral">Bits of the neutral element.</param>
    public static PreparedLaunch Fold(string type, int op, AxisWalk kept, AxisWalk folded, ulong neutral) =>
        new(new(Spec(type), "fold", (int)kept.Count, Threads), [KernelArgument.Of(kept.ToKernel()), KernelArgument.Of(folded.ToKernel()), (int)folded.Count, op, neutral]);

    /// <summary><c>position</c> of the greatest (op 2) or least (op 3) element: x, y of Int64.</summary>
    public static PreparedLaunch Position(string type, int op, AxisWalk kept, AxisWalk folded) =>
        new(new(Spec(type), "position", (int)kept.Count, Threads), [KernelArgument.Of(kept.ToKernel()), KernelArgument.Of(folded.ToKernel()), (int)folded.Count, op]);

    private static PreparedLaunch Each(string entry, string type, AxisWalk walk, int? op = null)
    {
        KernelArgument[] arguments = [KernelArgument.Of(walk.ToKernel()), (int)walk.Count, .. op is { } number ? [number] : (KernelArgument[])[]];
        return new(new(Spec(type), entry, Blocks(walk.Count), Threads), arguments);
    }

    private static int Blocks(long count) => (int)((count + Threads - 1) / Threads);

    private static KernelSample[] Samples()
    {
        const int N = 4096;
        long[] sizes = [N], linear = [1];
        SampleBuffer x = new("f32", N), y = x with { Fill = SampleFill.Unwritten }, mask = new("u8", N);
        KernelSample Of(PreparedLaunch launch, params SampleBuffer[] buffers) =>
            new(launch.Launch, buffers, p => [.. p.Select(pointer => (KernelArgument)pointer), .. launch.Arguments]) { MinimalBytes = buffers.Sum(buffer => buffer.Bytes) };
        var binary = Binary("f32", 0, sizes, linear, linear);
        AxisWalk kept = AxisWalk.Of([16], [256]), folded = AxisWalk.Of([256], [1]);
        return
        [
            Of(Load("f32", DType.Float32, sizes, linear), x, y),
            Of(Store("f32", DType.Float16, N), x, new("f16", N, SampleFill.Unwritten)),
            Of(Unary("f32", 0, sizes, linear), x, y),
            new(binary.Launch, [x, x, y], p => [p[0], p[1], p[2], CudaDevicePointer.Null, 0UL, .. binary.Arguments]) { MinimalBytes = 3 * x.Bytes },
            Of(Relation("f32", 0, sizes, linear, linear), x, x, mask with { Fill = SampleFill.Unwritten }),
            Of(Choose("f32", sizes, linear, linear, linear), mask, x, x, y),
            Of(Fold("f32", 0, kept, folded, 0), x, new("f32", 16, SampleFill.Unwritten)),
            Of(Position("f32", 2, kept, folded), x, new("i64", 16, SampleFill.Unwritten)),
        ];
    }
}
