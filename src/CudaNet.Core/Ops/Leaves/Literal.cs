using CudaNet.Autodiff;

namespace CudaNet.Ops;

/// <summary>A scalar known when the graph is built. Its value is part of a plan's key: for a number that changes from
/// step to step (a learning rate) use a tensor instead.</summary>
public sealed record Literal(Scalar Value, DType Type) : Op
{
    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => new(Shape.Scalar, Type);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [];
}
