using CudaNet.Graphs;

namespace CudaNet.Cuda.Codegen;

/// <summary>How threads are dealt to a reduction.</summary>
internal enum FoldShape
{
    /// <summary>Some lanes of a warp a result, along the folded elements.</summary>
    Lanes,

    /// <summary>A block a result, along the folded elements.</summary>
    Block,

    /// <summary>Neighbouring threads have neighbouring results; rows of threads share out what is folded.</summary>
    Columns,
}

/// <summary>The space of a reduction cut in two, what is kept and what is folded, and how threads walk through it. Everything
/// follows from shapes and layouts, so that the order of additions does too.</summary>
internal sealed class FoldPlan
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 256;

    /// <summary>Blocks that keep a large card busy; fewer results than that are folded in segments.</summary>
    private const int WantedBlocks = 256;

    /// <summary>Folded elements that are worth a block of their own.</summary>
    private const long LongRow = 1024;

    /// <summary>Loads of a thread that are worth another segment.</summary>
    private const int LoadsPerThread = 8;

    /// <param name="shape">What is iterated over.</param>
    /// <param name="axes">The folded axes.</param>
    /// <param name="types">Element types of the inputs.</param>
    /// <param name="layouts">The inputs over the shape.</param>
    /// <param name="reorder">True if the order of the folded axes does not matter.</param>
    /// <param name="split">True if the folded elements may be cut into segments.</param>
    /// <param name="together">True if neighbours may be read together; accumulators of a first pass may not.</param>
    public FoldPlan(Shape shape, Axes axes, IReadOnlyList<DType> types, IReadOnlyList<Layout> layouts, bool reorder, bool split, bool together = true)
    {
        int[] kept = [.. Enumerable.Range(0, shape.Rank).Where(axis => !axes.Contains(axis))];
        int[] folded = [.. Enumerable.Range(0, shape.Rank).Where(axis => axes.Contains(axis))];
        if (reorder) folded = [.. folded.OrderByDescending(axis => layouts.Max(layout => Math.Abs(layout.Strides[axis])))];
        (Kept, Folded) = (Part(shape, layouts, kept), Part(shape, layouts, folded));
        (Keep, Fold) = (Count(Kept), Count(Folded));

        Access = new OperandAccess[layouts.Count];
        for (var k = 0; k < Access.Length; k++)
            Access[k] = IsScalar(Kept.Strides[k]) && IsScalar(Folded.Strides[k]) ? OperandAccess.Scalar : OperandAccess.Strided;
        var along = Neighbours(Folded) >= Neighbours(Kept) || Keep == 1;
        Shape = !along ? FoldShape.Columns : Fold > LongRow ? FoldShape.Block : FoldShape.Lanes;
        Width = along && together ? ChooseWidth(types) : 1;
        Lanes = Shape switch
        {
            FoldShape.Block => Threads,
            FoldShape.Lanes => PowerOfTwo((Fold + Width - 1) / Width),
            _ => PowerOfTwo(Keep),
        };
        Segments = split ? ChooseSegments() : 1;
        var step = (long)Width * (Shape == FoldShape.Columns ? Threads / Lanes : Lanes);
        Chunk = Segments == 1 ? Fold : (Fold + Segments * step - 1) / (Segments * step) * step;
        if (Chunk > 0) Segments = Math.Max(1, (Fold + Chunk - 1) / Chunk);
    }

    /// <summary>The kept axes.</summary>
    public IterationSpace Kept { get; }

    /// <summary>The folded axes.</summary>
    public IterationSpace Folded { get; }

    /// <summary>Results.</summary>
    public long Keep { get; }

    /// <summary>Elements that are folded into each.</summary>
    public long Fold { get; }

    /// <summary>How each input is found.</summary>
    public OperandAccess[] Access { get; }

    /// <summary>How threads are dealt.</summary>
    public FoldShape Shape { get; }

    /// <summary>Neighbours that a thread reads together.</summary>
    public int Width { get; }

    /// <summary>Threads along a result, or in columns threads side by side; a power of two.</summary>
    public int Lanes { get; }

    /// <summary>Into how many parts the folded elements are cut.</summary>
    public long Segments { get; }

    /// <summary>Folded elements of a segment.</summary>
    public long Chunk { get; }

    /// <summary>Blocks side by side.</summary>
    public long Blocks => Shape switch
    {
        FoldShape.Block => Keep,
        FoldShape.Lanes => (Keep * Lanes + Threads - 1) / Threads,
        _ => (Keep + Lanes - 1) / Lanes,
    };

    private static IterationSpace Part(Shape shape, IReadOnlyList<Layout> layouts, int[] axes) =>
        IterationSpace.Of(Array.ConvertAll(axes, axis => shape[axis]),
            [.. layouts.Select(layout => new Layout(Array.ConvertAll(axes, axis => shape[axis]), Array.ConvertAll(axes, axis => layout.Strides[axis])))]);

    private static long Count(IterationSpace space) => space.Sizes.Aggregate(1L, (product, size) => product * size);

    private static bool IsScalar(long[] strides) => Array.TrueForAll(strides, stride => stride == 0);

    /// <summary>Inputs whose neighbours along the last axis are neighbours in memory.</summary>
    private static int Neighbours(IterationSpace space) => space.Sizes.Length == 0 ? 0 : space.Strides.Count(strides => strides[^1] == 1);

    private static int PowerOfTwo(long count) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(count, 1, 32));

    /// <summary>Sixteen bytes, where what lies along the folded axis allows it; then it is known which inputs are read so.</summary>
    private int ChooseWidth(IReadOnlyList<DType> types)
    {
        if (Folded.Sizes.Length == 0) return 1;
        var width = 16 / types.Max(type => type.Size());
        if (Folded.Sizes.Length > 1 && Folded.Sizes[^1] % width != 0 || Folded.Sizes[^1] < width) return 1;
        var access = (OperandAccess[])Access.Clone();
        for (var k = 0; k < access.Length; k++)
        {
            if (access[k] == OperandAccess.Scalar) continue;
            var inner = Folded.Strides[k][^1];
            if (inner == 0) access[k] = OperandAccess.Column;
            else if (inner == 1 && Array.TrueForAll(Folded.Strides[k][..^1], IsMultiple) && Array.TrueForAll(Kept.Strides[k], IsMultiple)) access[k] = OperandAccess.Row;
            else return 1;
        }
        access.CopyTo(Access, 0);
        return width;

        bool IsMultiple(long stride) => stride % width == 0;
    }

    private long ChooseSegments()
    {
        if (Blocks == 0 || Blocks >= WantedBlocks / 2 || Shape == FoldShape.Lanes) return 1;
        var perThread = Fold / ((long)Width * (Shape == FoldShape.Columns ? Threads / Lanes : Lanes));
        return Math.Clamp(Math.Min(WantedBlocks / Blocks, perThread / LoadsPerThread), 1, WantedBlocks);
    }
}
