namespace CudaNet.Ops;

/// <summary>A tensor whose data is in memory from the start. Its values are not part of a plan's key.</summary>
internal sealed record Leaf : Op
{
    public static Leaf Instance { get; } = new();

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => throw new InvalidOperationException("A leaf has its type from its data.");
}
