using CudaNet.Autodiff;

namespace CudaNet.Ops;

/// <summary>Its first input, to be used only after the second is computed. What is built on it is not merged with the
/// same ops on the input itself: so a checkpointed segment is really computed again, and only when its gradient is due.</summary>
internal sealed record Barrier : Op, IView
{
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0];

    public Layout View(Layout input) => input;

    public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream, null];

    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 0;
}
