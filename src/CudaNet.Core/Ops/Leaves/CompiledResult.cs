namespace CudaNet.Ops;

/// <summary>A value that a compiled function returned: a leaf, of which gradients know that it came from somewhere.</summary>
internal sealed record CompiledResult : Op
{
    public static CompiledResult Instance { get; } = new();

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => throw new InvalidOperationException("The result of a compiled function has its type from its plan.");
}
