using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>indexing.cu</c>. Before the prepared arguments go the operands' addresses in the order of the
/// kernel's parameters, then the error record and the token.</summary>
public static class IndexingKernels
{
    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("indexing", "Elements at places named by integers, read or written over; an index out of range is reported.",
        [.. from bytes in new[] { 1, 2, 4, 8, 16 } select Spec(bytes)],
        Samples());

    /// <summary>The specialisation for elements of 1, 2, 4, 8 or 16 bytes.</summary>
    public static KernelSpec Spec(int bytes) => KernelSpec.Of("indexing", $"ELEMENT={bytes}");

    /// <summary><c>take</c>: x, indices, y.</summary>
    /// <param name="outer">Rows of axes before the axis, and what is between them, in elements.</param>
    /// <param name="axis">Elements of the axis, and what is between them.</param>
    /// <param name="inner">Elements behind the axis, which lie together.</param>
    /// <param name="places">How many indices there are.</param>
    /// <param name="bytes">Bytes of an element.</param>
    /// <param name="alignment">What the addresses of x and y are multiples of.</param>
    /// <param name="isWide">Whether indices have 64 bits.</param>
    public static PreparedLaunch Take((long Count, long Stride) outer, (long Size, long Stride) axis, long inner, long places, int bytes, long alignment, bool isWide)
    {
        while (bytes < 16 && alignment % (2 * bytes) == 0 && inner % 2 == 0 && axis.Stride % 2 == 0 && (outer.Count <= 1 || outer.Stride % 2 == 0))
            (inner, axis.Stride, outer.Stride, bytes) = (inner / 2, axis.Stride / 2, outer.Stride / 2, bytes * 2);
        var count = outer.Count * places * inner;
        return Prepared("take", bytes, count, KernelArgument.Of(new IndexedAxis(axis.Stride, axis.Size, isWide)), outer.Stride, KernelArgument.Of(new KernelDivisor(checked((int)inner))), KernelArgument.Of(new KernelDivisor(checked((int)places))), (uint)count);
    }

    /// <summary><c>gather</c>: x, indices, y.</summary>
    /// <param name="walk">Its values are the source.</param>
    /// <param name="bytes">Bytes of an element.</param>
    public static PreparedLaunch Gather(IndexedWalk walk, int bytes)
    {
        var axes = new AxisWalk(walk.Sizes.Select((size, axis) => new WalkedAxis(size, axis == walk.Axis ? 0 : walk.Values[axis], walk.Indices[axis]))).ToKernel();
        return Prepared("gather", bytes, walk.Count, KernelArgument.Of(axes), KernelArgument.Of(new IndexedAxis(walk.Values[walk.Axis], walk.Size, walk.IsWide)), (uint)walk.Count);
    }

    /// <summary><c>scatter_columns</c>: indices, values, y.</summary>
    public static PreparedLaunch ScatterColumns(IndexedWalk walk, int bytes) =>
        Prepared("scatter_columns", bytes, walk.Columns, KernelArgument.Of(walk.ColumnAxes), KernelArgument.Of(walk.Written), walk.Indices[walk.Axis], walk.Values[walk.Axis], (uint)walk.Length, (uint)walk.Columns);

    /// <summary><c>scatter_mark</c>: indices, winner.</summary>
    public static PreparedLaunch ScatterMark(IndexedWalk walk) =>
        Prepared("scatter_mark", 4, walk.Count, KernelArgument.Of(walk.AllAxes), KernelArgument.Of(walk.Written), (uint)walk.Count);

    /// <summary><c>scatter_write</c>: indices, values, y, winner, and no error record.</summary>
    public static PreparedLaunch ScatterWrite(IndexedWalk walk, int bytes) =>
        Prepared("scatter_write", bytes, walk.Count, KernelArgument.Of(walk.AllAxes), KernelArgument.Of(walk.Written), (uint)walk.Count);

    /// <summary><c>flat_index</c> for one axis: indices, y.</summary>
    public static PreparedLaunch FlatIndex(long size, bool fromEnd, bool isFirst, long count) =>
        Prepared("flat_index", 8, count, KernelArgument.Of(new IndexedAxis(1, size, true)), fromEnd ? 1 : 0, isFirst ? 1 : 0, (uint)count);

    private static PreparedLaunch Prepared(string entry, int bytes, long threads, params KernelArgument[] arguments)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, int.MaxValue);
        return new(new(Spec(bytes), entry, ViewKernels.Blocks(threads), ViewKernels.Threads), arguments);
    }

    private static KernelSample[] Samples()
    {
        const int N = 4096, Rows = 64, Inner = 64;
        SampleBuffer matrix = new("f32", N), indices = new("i64", N, SampleFill.Indices, Rows), few = indices with { Count = Rows }, y = new("f32", N, SampleFill.Unwritten), error = new("i64", 3, SampleFill.Zeros);
        IndexedWalk walk = new([Rows, Inner], [Inner, 1], [Inner, 1], [Inner, 1], 0, Rows, true);
        PreparedLaunch take = Take((1, 0), (Rows, Inner), Inner, Rows, 4, 256, true), gather = Gather(walk, 4), columns = ScatterColumns(walk, 4), mark = ScatterMark(walk), write = ScatterWrite(walk, 4), flat = FlatIndex(Rows, false, true, N);
        return
        [
            new(take.Launch, [matrix, few, y, error], p => [p[0], p[1], p[2], p[3], 1UL, .. take.Arguments]) { MinimalBytes = matrix.Bytes + few.Bytes + y.Bytes },
            new(gather.Launch, [matrix, indices, y, error], p => [p[0], p[1], p[2], p[3], 1UL, .. gather.Arguments]) { MinimalBytes = matrix.Bytes + indices.Bytes + y.Bytes },
            new(columns.Launch, [indices, matrix, matrix with { Fill = SampleFill.Zeros }, error], p => [p[0], p[1], p[2], p[3], 1UL, .. columns.Arguments]),
            new(mark.Launch, [indices, new("i32", N, SampleFill.Zeros), error], p => [p[0], p[1], p[2], 1UL, .. mark.Arguments]),
            new(write.Launch, [indices, matrix, matrix with { Fill = SampleFill.Zeros }, new("i32", N, SampleFill.Indices, N)], p => [p[0], p[1], p[2], p[3], .. write.Arguments]),
            new(flat.Launch, [indices, new("i64", N, SampleFill.Unwritten), error], p => [p[0], p[1], p[2], 1UL, .. flat.Arguments]) { MinimalBytes = 2 * indices.Bytes },
        ];
    }
}
