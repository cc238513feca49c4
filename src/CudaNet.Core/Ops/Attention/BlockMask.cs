using CudaNet.Ops;

namespace CudaNet;

/// <summary>Which blocks of queries and keys see one another. Attention computes nothing of the others.</summary>
public sealed class BlockMask
{
    /// <summary>A mask.</summary>
    /// <param name="blocks">Bool [query blocks, key blocks], with axes for heads and batch in front or without: block i holds the queries, or
    /// keys, from i · size on.</param>
    /// <param name="size">Queries and keys of a block.</param>
    /// <exception cref="ShapeException">The blocks have no such shape, or the size is below 1.</exception>
    /// <exception cref="DTypeException">The blocks are not of Bool.</exception>
    public BlockMask(Tensor blocks, long size)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        if (blocks.DType != DType.Bool) throw new DTypeException($"BlockMask: blocks are Bool, not {blocks.DType.ShortName()}.");
        if (blocks.Rank is < 2 or > 4) throw new ShapeException($"BlockMask: blocks {blocks.Shape} are not [query blocks, key blocks], with heads and batch in front or without.");
        if (size < 1) throw new ShapeException($"BlockMask: the size {size} of a block is not 1 or more.");
        (Blocks, Size) = (blocks, size);
    }

    /// <summary>Bool [query blocks, key blocks], with heads and batch in front or without.</summary>
    public Tensor Blocks { get; }

    /// <summary>Queries and keys of a block.</summary>
    public long Size { get; }

    /// <summary>A mask for all heads from a rule on numbers of blocks.</summary>
    /// <param name="queries">Number of queries.</param>
    /// <param name="keys">Number of keys.</param>
    /// <param name="size">Queries and keys of a block.</param>
    /// <param name="sees">Whether a query block sees a key block.</param>
    /// <param name="device">Where; the default device if null.</param>
    public static BlockMask Of(long queries, long keys, long size, Func<long, long, bool> sees, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(sees);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        long rows = Count(queries, size), columns = Count(keys, size);
        var blocks = new bool[checked(rows * columns)];
        for (long i = 0; i < blocks.Length; i++) blocks[i] = sees(i / columns, i % columns);
        return new(Tensor.From(blocks, [rows, columns], device), size);
    }

    /// <summary>Blocks as the op takes them, [1 or batch, 1 or heads, query blocks, key blocks].</summary>
    internal Tensor Four => Blocks.Reshape(new Shape([.. Enumerable.Repeat(1L, 4 - Blocks.Rank), .. Blocks.Shape.Span]));

    /// <summary>Refuses blocks that do not fit scores [batch, heads, queries, keys].</summary>
    internal static void Check(string name, Shape blocks, long size, Shape scores)
    {
        Shape expected = blocks.Rank < 4 ? scores : [blocks[0] == 1 ? 1 : scores[0], blocks[1] == 1 ? 1 : scores[1], Count(scores[2], size), Count(scores[3], size)];
        if (blocks != expected) throw new ShapeException($"{name}: blocks {blocks} of size {size} do not fit scores {scores}: {expected} are needed.");
    }

    /// <summary>Blocks of so many queries or keys.</summary>
    internal static long Count(long length, long size) => (length + size - 1) / size;

    /// <summary>What is seen element by element, Bool [1 or batch, 1 or heads, queries, keys].</summary>
    internal static Tensor Elements(Tensor blocks, long size, long queries, long keys)
    {
        Tensor Numbers(long count) => Tensor.Arange(0, count, 1, DType.Int64, blocks.Device).FloorDivide(size);
        return blocks.Take(Numbers(queries), 2).Take(Numbers(keys), 3);
    }
}
