namespace CudaNet.Ops;

/// <summary>An argument of a traced function: it stands for a value that is given at each call.</summary>
internal sealed record Placeholder(int Index, TensorType Type) : Op
{
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => Type;
}
