using CudaNet.Graphs;

namespace CudaNet.Cpu.Reductions;

/// <summary>The iteration space of a reduction, cut into runs of the innermost axis: each run is folded into one value, or
/// added lane by lane to as many. A position is linear, row-major over <see cref="Shape"/>.</summary>
internal sealed class FoldSpace
{
    private readonly List<(long Size, long Stride)> _kept = [];
    private readonly List<(long Size, long Stride)> _folded = [];

    /// <param name="shape">What is iterated over.</param>
    /// <param name="layouts">How the operands lie over it.</param>
    /// <param name="axes">The folded axes.</param>
    /// <param name="reorder">True if the order in which elements are folded does not matter.</param>
    public FoldSpace(Shape shape, IReadOnlyList<Layout> layouts, Axes axes, bool reorder)
    {
        var order = reorder ? Order(shape, layouts, axes) : [.. Enumerable.Range(0, shape.Rank)];
        Shape = new(Array.ConvertAll(order, axis => shape[axis]));
        Layouts = [.. layouts.Select(layout => layout.Permute(order))];
        var space = IterationSpace.Of(Shape, Layouts, axis => axes.Contains(order[axis]));
        long stride = 1, keep = 1, fold = 1;
        (Run, RunIsFolded) = (1, true);
        for (var axis = space.Sizes.Length - 1; axis >= 0; axis--)
        {
            var (size, folded) = (space.Sizes[axis], space.Marks[axis]);
            if (axis == space.Sizes.Length - 1) (Run, RunIsFolded) = (size, folded);
            else (folded ? _folded : _kept).Insert(0, (size, stride));
            (folded ? ref fold : ref keep) *= size;
            stride *= size;
        }
        (Keep, Fold) = (keep, fold);
        KeptRuns = RunIsFolded ? Keep : Run == 0 ? 0 : Keep / Run;
        FoldedRuns = RunIsFolded ? Run == 0 ? 0 : Fold / Run : Fold;
        // In [kept, folded] and [kept, folded, run] the runs of a group follow each other.
        IsConsecutive = RunIsFolded ? _folded.Count == 0 : _folded.Count <= 1 && (_folded.Count == 0 || _folded[0].Stride == Run);
    }

    /// <summary>The space, its axes maybe in another order than the step's: only folded axes have moved among the kept ones.</summary>
    public Shape Shape { get; }

    /// <summary>The operands over it.</summary>
    public IReadOnlyList<Layout> Layouts { get; }

    /// <summary>Elements of the result.</summary>
    public long Keep { get; }

    /// <summary>Elements that are folded into each of them.</summary>
    public long Fold { get; }

    /// <summary>Length of the innermost axis.</summary>
    public long Run { get; }

    /// <summary>True if a run is folded into one value.</summary>
    public bool RunIsFolded { get; }

    /// <summary>Runs (or groups of runs) that give separate results.</summary>
    public long KeptRuns { get; }

    /// <summary>Runs that are folded together.</summary>
    public long FoldedRuns { get; }

    /// <summary>All runs of a group follow each other in the space.</summary>
    public bool IsConsecutive { get; }

    /// <summary>Position of the first element of a group.</summary>
    public long PositionOfGroup(long group) => Decode(_kept, group);

    /// <summary>Distance from a group's first run to one of its runs.</summary>
    public long OffsetOfRun(long run) => Decode(_folded, run);

    private static long Decode(List<(long Size, long Stride)> axes, long index)
    {
        long position = 0;
        for (var k = axes.Count - 1; k > 0 && index > 0; k--)
        {
            (index, var i) = Math.DivRem(index, axes[k].Size);
            position += i * axes[k].Stride;
        }
        return index > 0 ? position + index * axes[0].Stride : position;
    }

    /// <summary>Puts an axis innermost along which most operands are read without gaps. The kept axes cannot change places
    /// among each other: the result is row-major over them.</summary>
    private static int[] Order(Shape shape, IReadOnlyList<Layout> layouts, Axes axes)
    {
        int[] order = [.. Enumerable.Range(0, shape.Rank)];
        var lastKept = Array.FindLast([-1, .. order], axis => axis < 0 || (!axes.Contains(axis) && shape[axis] > 1));
        var innermost = Array.FindLast([-1, .. order], axis => axis < 0 || shape[axis] > 1);
        if (innermost < 0) return order;
        var (best, score) = (innermost, Score(innermost));
        foreach (var axis in order)
            if (shape[axis] > 1 && (axis == lastKept || axes.Contains(axis)) && Score(axis) > score) (best, score) = (axis, Score(axis));
        return best == innermost ? order : [.. order.Where(axis => axis != best), best];

        int Score(int axis)
        {
            var count = 0;
            foreach (var layout in layouts)
                if (layout.Strides[axis] == 1) count++;
            return count;
        }
    }
}
