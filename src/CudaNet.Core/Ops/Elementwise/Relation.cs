namespace CudaNet.Ops;

/// <summary>A relation of two tensors, element by element: the result is Bool.</summary>
public abstract record Relation<TSelf> : StepFunction<TSelf> where TSelf : Relation<TSelf>, IOpDefinition
{
    /// <inheritdoc/>
    protected sealed override DType ResultType(DType input) => DType.Bool;
}
