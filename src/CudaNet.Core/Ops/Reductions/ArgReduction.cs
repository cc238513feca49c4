using CudaNet.Autodiff;

namespace CudaNet.Ops;

/// <summary>Folds axes to the position of one of their elements. Unlike a <see cref="Reduction{TSelf}"/> it is never fused:
/// it has to know where in the row it is.</summary>
public abstract record ArgReduction<TSelf>(Axes Axes) : Op<TSelf> where TSelf : ArgReduction<TSelf>, IOpDefinition
{
    /// <inheritdoc/>
    public sealed override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        Reductions.RefuseEmpty(inputs[0].Shape, Axes, Name);
        var sizes = inputs[0].Shape.ToArray();
        foreach (var axis in Axes) sizes[axis] = 1;
        return new(sizes, DType.Int64);
    }

    /// <summary>The same op along other axes.</summary>
    protected abstract TSelf Along(Axes axes);

    /// <inheritdoc/>
    public sealed override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [null];

    /// <inheritdoc/>
    public sealed override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) =>
        Along(Array.ConvertAll(Axes.Span.ToArray(), axis => axis + 1)).Apply(inputs[0]);

    /// <inheritdoc/>
    public sealed override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => inputs[0].Shape.ElementCount;
}
