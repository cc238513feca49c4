namespace CudaNet.Ops;

/// <summary>Uniform in [0, 1): the upper bits of a word, as many as the type's significand has, over their number; Float64
/// takes 53 bits of two words.</summary>
public sealed record RandomUniform(Shape Shape, DType Type) : RandomOp<RandomUniform>(Shape, Type), IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "RandomUniform",
        Formula = "⌊word·2⁻ˢ⌋·2⁻ᵖ, p = 24 bits for f32 (f16 11, bf16 8, f64 53), s = 32 − p",
        DTypes = [DType.Float32],
        GradientOrder = 0,
        Samples = Draws(DTypes.Floating, (state, shape, type) => new RandomUniform(shape, type).Apply(state)),
        Refusals = [BadState(state => new RandomUniform([2], DType.Float32).Apply(state)), new("an integer type", () => new RandomUniform([2], DType.Int32).Apply(Tensor.From(0L, 0L)), "i32")],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => Type.IsFloating()
        ? base.Infer(inputs)
        : throw new DTypeException($"RandomUniform: numbers in [0, 1) are floating, not {Type.ShortName()}. Use Tensor.Randint.");
}
