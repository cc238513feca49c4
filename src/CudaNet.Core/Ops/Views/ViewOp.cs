namespace CudaNet.Ops;

/// <summary>An op that changes only the layout of its one input.</summary>
public abstract record ViewOp<TSelf> : Op<TSelf>, IView where TSelf : ViewOp<TSelf>, IOpDefinition
{
    /// <inheritdoc/>
    public abstract Layout? View(Layout input);

    /// <inheritdoc/>
    public sealed override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 0;
}
