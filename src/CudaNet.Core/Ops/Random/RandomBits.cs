namespace CudaNet.Ops;

/// <summary>Uniform bits: Int32 takes one word an element, Int64 two (the low one first).</summary>
public sealed record RandomBits(Shape Shape, DType Type) : RandomOp<RandomBits>(Shape, Type), IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "RandomBits",
        Formula = "words of Philox 4×32-10",
        DTypes = [DType.Int64],
        GradientOrder = 0,
        Samples = Draws([DType.Int32, DType.Int64], (state, shape, type) => new RandomBits(shape, type).Apply(state)),
        Refusals = [BadState(state => new RandomBits([2], DType.Int32).Apply(state)), new("a floating type", () => new RandomBits([2], DType.Float32).Apply(Tensor.From(0L, 0L)), "f32")],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => Type is DType.Int32 or DType.Int64
        ? base.Infer(inputs)
        : throw new DTypeException($"RandomBits: bits are Int32 or Int64, not {Type.ShortName()}.");
}
