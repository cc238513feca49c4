namespace CudaNet.Graphs;

/// <summary>An iteration space with as few axes as the operands' layouts allow: axes of size 1 are dropped, and
/// neighbours that every operand walks through in one go are joined.</summary>
public sealed class IterationSpace
{
    private IterationSpace(long[] sizes, long[][] strides, bool[] marks) => (Sizes, Strides, Marks) = (sizes, strides, marks);

    /// <summary>Sizes of the remaining axes.</summary>
    public long[] Sizes { get; }

    /// <summary>Strides of each operand over them, in elements.</summary>
    public long[][] Strides { get; }

    /// <summary>What the axes were marked with.</summary>
    public bool[] Marks { get; }

    /// <summary>Collapses a shape.</summary>
    /// <param name="shape">The space.</param>
    /// <param name="operands">Layouts over it. A row-major operand never hinders joining.</param>
    /// <param name="marks">Only axes of one mark are joined (folded or kept, say); null for one mark.</param>
    /// <param name="joinLast">False keeps the last axis for itself.</param>
    public static IterationSpace Of(Shape shape, IReadOnlyList<Layout> operands, Func<int, bool>? marks = null, bool joinLast = true)
    {
        var sizes = new List<long>();
        var marked = new List<bool>();
        var strides = operands.Select(_ => new List<long>()).ToArray();
        for (var axis = 0; axis < shape.Rank; axis++)
        {
            var mark = marks?.Invoke(axis) ?? false;
            if (shape[axis] == 1 && (joinLast || axis < shape.Rank - 1)) continue;
            if (sizes.Count > 0 && marked[^1] == mark && (joinLast || axis < shape.Rank - 1) && Joins(axis))
            {
                sizes[^1] *= shape[axis];
                for (var k = 0; k < strides.Length; k++) strides[k][^1] = operands[k].Strides[axis];
                continue;
            }
            sizes.Add(shape[axis]);
            marked.Add(mark);
            for (var k = 0; k < strides.Length; k++) strides[k].Add(operands[k].Strides[axis]);
        }
        return new([.. sizes], Array.ConvertAll(strides, s => s.ToArray()), [.. marked]);

        bool Joins(int axis)
        {
            for (var k = 0; k < strides.Length; k++)
                if (strides[k][^1] != operands[k].Strides[axis] * shape[axis]) return false;
            return true;
        }
    }

    /// <summary>True if strides walk through the space in row-major order without gaps.</summary>
    public bool IsLinear(long[] strides)
    {
        long expected = 1;
        for (var axis = Sizes.Length - 1; axis >= 0; axis--)
        {
            if (strides[axis] != expected) return false;
            expected *= Sizes[axis];
        }
        return true;
    }
}
