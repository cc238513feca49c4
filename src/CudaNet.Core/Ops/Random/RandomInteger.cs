namespace CudaNet.Ops;

/// <summary>Uniform integers in [low, high): the upper half of the product of a 64-bit word and the number of values.</summary>
/// <remarks>A value's probability is off by at most 2⁻⁶⁴ (Lemire 2019, without the rejection that would make the
/// number of words depend on the data).</remarks>
public sealed record RandomInteger(Shape Shape, DType Type, long Low, long High) : RandomOp<RandomInteger>(Shape, Type), IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "RandomInteger",
        Formula = "low + ⌊word₆₄·(high − low)·2⁻⁶⁴⌋",
        DTypes = [DType.Int64],
        GradientOrder = 0,
        Samples = Draws([DType.Int64, DType.Int32, DType.UInt8], (state, shape, type) => new RandomInteger(shape, type, type == DType.UInt8 ? 0 : -5, 17).Apply(state)),
        Refusals =
        [
            BadState(state => new RandomInteger([2], DType.Int64, 0, 2).Apply(state)),
            new("no values", () => Tensor.Randint([2], 3, 3), "no integer"), new("a floating type", () => Tensor.Randint([2], 0, 3, type: DType.Float32), "f32"),
            new("values that the type does not hold", () => Tensor.Randint([2], 0, 300, type: DType.UInt8), "300"),
        ],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        var (least, greatest) = Type switch
        {
            DType.UInt8 => (0, 255),
            DType.Int32 => (int.MinValue, int.MaxValue),
            DType.Int64 => (long.MinValue, long.MaxValue),
            _ => throw new DTypeException($"RandomInteger: integers are UInt8, Int32 or Int64, not {Type.ShortName()}."),
        };
        if (Low >= High) throw new ShapeException($"RandomInteger: there is no integer in {Low} … {High}, the upper bound excluded.");
        if (Low < least || High - 1 > greatest) throw new DTypeException($"RandomInteger: {Type.ShortName()} does not hold all of {Low} … {High}.");
        return base.Infer(inputs);
    }
}
