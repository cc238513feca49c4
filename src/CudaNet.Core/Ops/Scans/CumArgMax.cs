using CudaNet.Autodiff;

namespace CudaNet.Ops;

/// <summary>Position of the greatest (or smallest) element up to each along an axis, Int64: the first of equal ones; the first
/// NaN once there is one.</summary>
public sealed record CumArgMax(int Axis, bool Smallest) : Op<CumArgMax>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "CumArgMax",
        Formula = "y[i] = argmax x[j] over j ≤ i",
        DTypes = DTypes.All,
        GradientOrder = 0,
        Samples = [.. Samples.Scan((x, axis, reverse) => reverse ? x.CumMin(axis).Indices : x.CumMax(axis).Indices), new("ties", [new([3, 9], Domain.Integers(0, 2))], x => x[0].CumMax(1).Indices)],
        Refusals = [Samples.BadAxis(x => x.CumMax(2).Indices)],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => new(inputs[0].Shape, DType.Int64);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [null];

    /// <inheritdoc/>
    public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => new CumArgMax(Axis + 1, Smallest).Apply(inputs[0]);
}
