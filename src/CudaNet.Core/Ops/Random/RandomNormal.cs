namespace CudaNet.Ops;

/// <summary>Standard normal numbers by Box and Muller: elements 2k and 2k + 1 from elements 2k and 2k + 1 of
/// <see cref="RandomUniform"/>. Half types are computed in Float32 and rounded.</summary>
/// <remarks>1 − u lies in (0, 1], so the logarithm is finite. With 24 bits no Float32 number passes 5.77, with 53 bits no
/// Float64 number 8.58: beyond that lie 8·10⁻⁹ and 10⁻¹⁷ of the distribution.</remarks>
public sealed record RandomNormal(Shape Shape, DType Type) : RandomOp<RandomNormal>(Shape, Type), IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "RandomNormal",
        Formula = "√(−2·ln(1 − u₂ₖ))·(cos, sin)(2π·u₂ₖ₊₁)",
        DTypes = [DType.Float32],
        GradientOrder = 0,
        // Near a zero of the sine the relative error of the product with 2π, which Float32 rounds, is large; the absolute one is not.
        ToleranceScale = 4,
        Samples = Draws(DTypes.Floating, (state, shape, type) => new RandomNormal(shape, type).Apply(state)),
        Refusals = [BadState(state => new RandomNormal([2], DType.Float32).Apply(state)), new("an integer type", () => new RandomNormal([2], DType.Int32).Apply(Tensor.From(0L, 0L)), "i32")],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => Type.IsFloating()
        ? base.Infer(inputs)
        : throw new DTypeException($"RandomNormal: normal numbers are floating, not {Type.ShortName()}.");
}
