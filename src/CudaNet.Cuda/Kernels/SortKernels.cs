using System.Numerics;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>What a sort along an axis walks over.</summary>
/// <param name="Rest">All axes but the sorted one, with the strides of the source and of the positions.</param>
/// <param name="X">Stride of the source along the axis.</param>
/// <param name="Y">Stride of the positions.</param>
/// <param name="N">Elements along the axis.</param>
/// <param name="Kept">How many positions are wanted.</param>
/// <param name="IsDescending">The greatest first.</param>
public sealed record SortedWalk(IReadOnlyList<WalkedAxis> Rest, long X, long Y, int N, int Kept, bool IsDescending)
{
    /// <summary>Rows to sort.</summary>
    public long Rows => Rest.Aggregate(1L, (product, axis) => product * axis.Size);

    /// <summary>The axes that are not sorted.</summary>
    internal KernelAxes RestAxes => new AxisWalk(Rest).ToKernel();

    /// <summary>All axes, the sorted one innermost.</summary>
    internal KernelAxes AllAxes(int n) => new AxisWalk([.. Rest, new(n, X, Y)]).ToKernel();
}

/// <summary>Launches of <c>sort.cu</c>.</summary>
public static class SortKernels
{
    /// <summary>Elements that are sorted by one block, and positions that are selected by one.</summary>
    public const int MostInBlock = 1024;

    /// <summary>The types that are sorted.</summary>
    public static IReadOnlyList<string> Types { get; } = ["f32", "f16", "bf16", "f64", "i32", "i64", "u8"];

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("sort", "Positions of sorted elements, of the first few, and where values would go in.", [.. Types.Select(Spec)], Samples());

    /// <summary>The specialisation for a type.</summary>
    public static KernelSpec Spec(string type) => KernelSpec.Of("sort", $"T={type}");

    /// <summary>Bytes of the keys of a type.</summary>
    public static int KeyBytes(string type) => KernelTypes.SizeOf(type) == 8 ? 8 : 4;

    /// <summary><c>sort_small</c>: x, y; for at most 1024 elements.</summary>
    public static PreparedLaunch Small(string type, SortedWalk walk) =>
        Rows("sort_small", type, walk, (int)Math.Max(32, BitOperations.RoundUpToPowerOf2((uint)walk.N)));

    /// <summary><c>select_top</c>: x, y; for at most 1024 positions.</summary>
    public static PreparedLaunch Select(string type, SortedWalk walk) => Rows("select_top", type, walk, MostInBlock);

    /// <summary><c>sort_keys</c>: x, keys, places.</summary>
    public static PreparedLaunch Keys(string type, SortedWalk walk)
    {
        var count = walk.Rows * walk.N;
        return Elements("sort_keys", type, count, KernelArgument.Of(walk.AllAxes(walk.N)), KernelArgument.Of(new KernelDivisor(walk.N)), walk.IsDescending ? 1 : 0, (uint)count);
    }

    /// <summary><c>sort_write</c>: sorted places, y.</summary>
    public static PreparedLaunch Write(string type, SortedWalk walk)
    {
        var count = walk.Rows * walk.Kept;
        return Elements("sort_write", type, count, KernelArgument.Of(walk.AllAxes(walk.Kept)), KernelArgument.Of(new KernelDivisor(walk.Kept)), (long)walk.N, (uint)count);
    }

    /// <summary><c>search_sorted</c>: sorted, values, y.</summary>
    public static PreparedLaunch Search(string type, int n, int width, long values, bool right) =>
        Elements("search_sorted", type, values, n, KernelArgument.Of(new KernelDivisor(width)), right ? 1 : 0, (uint)values);

    private static PreparedLaunch Rows(string entry, string type, SortedWalk walk, int threads) =>
        new(new(Spec(type), entry, checked((int)walk.Rows), threads), [KernelArgument.Of(walk.RestAxes), walk.X, walk.Y, walk.N, walk.Kept, walk.IsDescending ? 1 : 0]);

    private static PreparedLaunch Elements(string entry, string type, long count, params KernelArgument[] arguments)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, int.MaxValue);
        return new(new(Spec(type), entry, ViewKernels.Blocks(count), ViewKernels.Threads), arguments);
    }

    private static KernelSample[] Samples()
    {
        SortedWalk few = new([new(16, 512, 512)], 1, 1, 512, 512, false), many = new([new(2, 4096, 50)], 1, 1, 4096, 50, true);
        SampleBuffer x = new("f32", 8192), keys = new("i32", 8192, SampleFill.Unwritten), places = new("i32", 8192, SampleFill.Indices, 4096);
        PreparedLaunch small = Small("f32", few), select = Select("f32", many), make = Keys("f32", many), write = Write("f32", many), search = Search("f32", 8192, 1024, 1024, false);
        return
        [
            new(small.Launch, [x, new("i64", 8192, SampleFill.Unwritten)], p => [p[0], p[1], .. small.Arguments]) { MinimalBytes = 8192 * 12 },
            new(select.Launch, [x, new("i64", 100, SampleFill.Unwritten)], p => [p[0], p[1], .. select.Arguments]) { MinimalBytes = (8192 * 4) + 800 },
            new(make.Launch, [x, keys, keys], p => [p[0], p[1], p[2], .. make.Arguments]) { MinimalBytes = 8192 * 12 },
            new(write.Launch, [places, new("i64", 100, SampleFill.Unwritten)], p => [p[0], p[1], .. write.Arguments]) { MinimalBytes = 100 * 12 },
            new(search.Launch, [x with { Fill = SampleFill.Zeros }, x with { Count = 1024 }, new("i64", 1024, SampleFill.Unwritten)], p => [p[0], p[1], p[2], .. search.Arguments]),
        ];
    }
}
