using CudaNet.Autodiff;

namespace CudaNet.Ops;

/// <summary>The same value, through which no gradient flows.</summary>
public sealed record Detach : ViewOp<Detach>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "Detach",
        Formula = "y = x, ∂y/∂x taken as 0",
        DTypes = DTypes.All,
        GradientOrder = 0,
        Samples = [new("matrix", [new([3, 5], Domain.Any)], x => x[0].Detach()), new("view", [new([3, 5], Domain.Any, SampleView.Transposed)], x => x[0].Detach())],
        Refusals = [],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0];

    /// <inheritdoc/>
    public override Layout View(Layout input) => input;

    /// <inheritdoc/>
    public override Tensor? Simplify(IReadOnlyList<Tensor> inputs) => inputs[0];

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [null];

    /// <inheritdoc/>
    public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => Apply(inputs[0]);
}
