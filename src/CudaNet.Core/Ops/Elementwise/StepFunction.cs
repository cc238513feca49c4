using CudaNet.Autodiff;

namespace CudaNet.Ops;

/// <summary>An elementwise op whose derivative is 0 wherever it has one: rounding, signs, relations, logic.</summary>
public abstract record StepFunction<TSelf> : Elementwise<TSelf> where TSelf : StepFunction<TSelf>, IOpDefinition
{
    /// <inheritdoc/>
    public sealed override IReadOnlyList<Tensor?> Vjp(GradientContext context) => new Tensor?[context.Inputs.Count];
}
