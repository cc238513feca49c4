namespace CudaNet.Ops;

/// <summary>Logic on Bool, bit by bit on integers.</summary>
public abstract record Logic<TSelf> : StepFunction<TSelf> where TSelf : Logic<TSelf>, IOpDefinition
{
    /// <summary>What it is defined for.</summary>
    internal static IReadOnlyList<DType> Types { get; } = [DType.Bool, .. DTypes.Integer];

    /// <inheritdoc/>
    protected sealed override DType ResultType(DType input) => !input.IsFloating()
        ? input
        : throw new DTypeException($"{Name}: {input.ShortName()} has no bits to combine. Compare first, as in (x > 0), or use .To(DType.Bool).");
}
