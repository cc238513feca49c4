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
}
