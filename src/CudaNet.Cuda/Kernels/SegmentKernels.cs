using System.Numerics;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>segments.cu</c>. Before the prepared arguments go the operands' addresses in the order of the
/// kernel's parameters, then for those that look at indices the error record and the token.</summary>
public static class SegmentKernels
{
    /// <summary>The types that are summed up.</summary>
    public static IReadOnlyList<string> Types { get; } = ["f32", "f16", "bf16", "f64", "i32", "i64"];

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("segments", "Sums of values at places named by integers, in an order that does not depend on threads.", [.. Types.Select(Spec)], Samples());

    /// <summary>The specialisation for a type.</summary>
    public static KernelSpec Spec(string type) => KernelSpec.Of("segments", $"T={type}");

    /// <summary>The type in which sums of a type are kept.</summary>
    public static string SumType(string type) => type is "f16" or "bf16" ? "f32" : type;

    /// <summary><c>add_columns</c>: indices, values, sums, which hold zeros.</summary>
    public static PreparedLaunch AddColumns(string type, IndexedWalk walk) =>
        Prepared("add_columns", type, walk.Columns, KernelArgument.Of(walk.ColumnAxes), KernelArgument.Of(walk.Written), walk.Indices[walk.Axis], walk.Values[walk.Axis], (uint)walk.Length, (uint)walk.Columns);

    /// <summary><c>round_sums</c>: sums, y.</summary>
    public static PreparedLaunch RoundSums(string type, long count) => Prepared("round_sums", type, count, (uint)count);

    /// <summary><c>flat_keys</c>: indices, keys, places. The keys are sorted by <see cref="KeyBits"/> bits afterwards.</summary>
    /// <param name="walk">What the indices point into; with no other strides than one along the axis the keys are the indices themselves.</param>
    /// <param name="elements">Number of different keys.</param>
    public static PreparedLaunch FlatKeys(IndexedWalk walk, long elements) =>
        Prepared("flat_keys", "f32", walk.Count, KernelArgument.Of(walk.AllAxes), KernelArgument.Of(walk.Written), (uint)elements, (uint)walk.Count);

    /// <summary>Bits of keys below a number, and of the number itself, which stands for no key.</summary>
    public static int KeyBits(long elements) => 64 - BitOperations.LeadingZeroCount((ulong)elements);

    /// <summary><c>segment_sums</c>: sorted keys, places, values [outer, places, inner], y [outer, size, inner], which holds zeros.</summary>
    public static PreparedLaunch SegmentSums(string type, long outer, long places, long size, long inner)
    {
        var width = (int)Math.Min(32, BitOperations.RoundUpToPowerOf2((ulong)inner));
        return new(new(Spec(type), "segment_sums", new Dim3(checked((int)places), checked((int)((inner + width - 1) / width)), checked((int)outer)), new Dim3(width, 128 / width)), [(uint)places, inner, (uint)size]);
    }

    private static PreparedLaunch Prepared(string entry, string type, long threads, params KernelArgument[] arguments)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, int.MaxValue);
        return new(new(Spec(type), entry, ViewKernels.Blocks(threads), ViewKernels.Threads), arguments);
    }

    private static KernelSample[] Samples()
    {
        const int Places = 16, Inner = 256, N = Places * Inner;
        SampleBuffer values = new("f32", N), indices = new("i64", Places, SampleFill.Indices, Places), keys = new("i32", Places, SampleFill.Indices, Places), error = new("i64", 3, SampleFill.Zeros);
        IndexedWalk rows = new([Places, Inner], [1, 0], [Inner, 1], [Inner, 1], 0, Places, true), table = new([Places], [1], [1], [1], 0, Places, true);
        PreparedLaunch columns = AddColumns("f32", rows), round = RoundSums("f16", N), flat = FlatKeys(table, Places), sums = SegmentSums("f32", 1, Places, Places, Inner);
        return
        [
            new(columns.Launch, [indices, values, values with { Fill = SampleFill.Zeros }, error], p => [p[0], p[1], p[2], p[3], 1UL, .. columns.Arguments]) { MinimalFlops = N },
            new(round.Launch, [values, new("f16", N, SampleFill.Unwritten)], p => [p[0], p[1], .. round.Arguments]) { MinimalBytes = N * 6 },
            new(flat.Launch, [indices, keys with { Fill = SampleFill.Unwritten }, keys with { Fill = SampleFill.Unwritten }, error], p => [p[0], p[1], p[2], p[3], 1UL, .. flat.Arguments]) { MinimalBytes = Places * 16 },
            new(sums.Launch, [keys, keys, values, values with { Fill = SampleFill.Unwritten }], p => [p[0], p[1], p[2], p[3], .. sums.Arguments]) { MinimalBytes = 2 * values.Bytes, MinimalFlops = N },
        ];
    }
}
