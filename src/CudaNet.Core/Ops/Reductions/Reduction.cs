namespace CudaNet.Ops;

/// <summary>Folds axes to size 1. The public methods drop the folded axes afterwards by a view.</summary>
public abstract record Reduction<TSelf>(Axes Axes) : Op<TSelf>, IReduction where TSelf : Reduction<TSelf>, IOpDefinition
{
    /// <summary>Type of the result for the input's type.</summary>
    protected virtual DType ResultType(DType input) => input;

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        var sizes = inputs[0].Shape.ToArray();
        foreach (var axis in Axes) sizes[axis] = 1;
        return new(sizes, ResultType(inputs[0].DType));
    }

    /// <summary>The same reduction along other axes.</summary>
    protected abstract TSelf Along(Axes axes);

    /// <inheritdoc/>
    public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) =>
        Along(Array.ConvertAll(Axes.Span.ToArray(), axis => axis + 1)).Apply(inputs[0]);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => inputs[0].Shape.ElementCount;
}

internal static class Reductions
{
    /// <summary>Applies a reduction made for normalised axes, and drops the folded axes unless they are to be kept.</summary>
    public static Tensor Reduce(this Tensor x, Axes? axes, bool keepDims, string name, Func<Axes, Op> op)
    {
        var normalized = axes is { } given ? given.Normalize(x.Shape, name) : Axes.All(x.Rank);
        var folded = op(normalized).Apply(x);
        return keepDims ? folded : folded.Reshape(Dropped(x.Shape, normalized));
    }

    /// <summary>A shape without some axes.</summary>
    public static Shape Dropped(Shape shape, Axes axes)
    {
        var sizes = new List<long>();
        for (var k = 0; k < shape.Rank; k++) if (!axes.Contains(k)) sizes.Add(shape[k]);
        return sizes.ToArray();
    }

    /// <summary>Axes counted from the front; all of them where none is named.</summary>
    public static Axes Normalize(Shape shape, Axes? axes, string name) => axes is { } given ? given.Normalize(shape, name) : Axes.All(shape.Rank);

    /// <summary>How many elements are folded into one.</summary>
    public static long CountOf(Shape shape, Axes? axes, string name)
    {
        long count = 1;
        foreach (var axis in Normalize(shape, axes, name)) count *= shape[axis];
        return count;
    }

    /// <summary>Float32 for half types and for what is not floating: a mean is not rounded before it is divided.</summary>
    public static Tensor Wide(Tensor x) => x.DType == DType.Float64 ? x : x.To(DType.Float32);

    /// <summary>The type itself if floating, else Float32.</summary>
    public static DType Floating(DType type) => type.IsFloating() ? type : DType.Float32;

    /// <summary>Refuses to choose among no elements.</summary>
    public static void RefuseEmpty(Shape shape, Axes axes, string name)
    {
        foreach (var axis in axes)
            if (shape[axis] == 0)
                throw new ShapeException($"{name}: axis {axis} of {shape} is empty, so there is no element to choose. Pad it, or skip empty batches.");
    }

    /// <summary>Bool of x's shape: true at the one element of each group that <paramref name="position"/> points at.</summary>
    public static Tensor Chosen(Tensor x, Axes axes, Op position)
    {
        // Positions count in row-major order over the folded axes.
        var sizes = new long[x.Rank];
        for (var k = 0; k < sizes.Length; k++) sizes[k] = axes.Contains(k) ? x.Shape[k] : 1;
        // Counted by an op, not read from a leaf: a rule may run while a graph is being planned, where no leaf can be added.
        return position.Apply(x).Eq(Tensor.Arange(0, new Shape(sizes).ElementCount, 1, DType.Int64, x.Device).Reshape(new Shape(sizes)));
    }
}
