using DataType = CudaNet.Onnx.Proto.TensorProto.Types.DataType;

namespace CudaNet.Onnx.Operators;

/// <summary>Tensors out of nothing: constants, ranges, random numbers.</summary>
internal static class Creation
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["Bernoulli"] = c => [Drawn(c, Tensor.Rand(c.Input(0).Shape, Seed(c), device: c.Device) < c.Input(0))],
        ["Constant"] = Constant,
        ["ConstantOfShape"] = ConstantOfShape,
        ["EyeLike"] = EyeLike,
        ["RandomNormal"] = c => [Normal(c, c.Ints("shape") ?? [])],
        ["RandomNormalLike"] = c => [Normal(c, c.Input(0).Shape)],
        ["RandomUniform"] = c => [Uniform(c, c.Ints("shape") ?? [])],
        ["RandomUniformLike"] = c => [Uniform(c, c.Input(0).Shape)],
        ["Range"] = Range,
        ["Trilu"] = c => [c.Like(c.Flag("upper", true) ? c.Input(0).Triu(c.Integers(1)?.Single() ?? 0) : c.Input(0).Tril(c.Integers(1)?.Single() ?? 0))],
    };

    /// <summary>A seed is a float in ONNX.</summary>
    private static long? Seed(NodeContext c) => c.Has("seed") ? BitConverter.SingleToInt32Bits((float)c.Float("seed", 0)) : null;

    private static Value Drawn(NodeContext c, Tensor tensor)
    {
        var type = (DataType)c.Int("dtype", (long)(c.InputCount > 0 ? c.TypeOf(0) : DataType.Float));
        return Value.Of(tensor.To(type.Storage()), type);
    }

    private static Value Normal(NodeContext c, Shape shape) => Drawn(c, Tensor.Randn(shape, Seed(c), device: c.Device) * c.Float("scale", 1) + c.Float("mean", 0));

    private static Value Uniform(NodeContext c, Shape shape)
    {
        double low = c.Float("low", 0), high = c.Float("high", 1);
        return Drawn(c, Tensor.Rand(shape, Seed(c), device: c.Device) * (high - low) + low);
    }

    private static IReadOnlyList<Value> Constant(NodeContext c)
    {
        if (c.Attribute("value")?.T is { } tensor)
            return [c.Runner.Stored(tensor)];
        if (c.Attribute("value_float") is { } one)
            return [Value.Of(Tensor.Full([], one.F, DType.Float32, c.Device), constant: true)];
        if (c.Attribute("value_int") is { } integer)
            return [Value.Of(Tensor.Full([], integer.I, DType.Int64, c.Device), constant: true)];
        if (c.Floats("value_floats") is { } floats)
            return [Value.Of(Tensor.From(floats, [floats.Length], c.Device), constant: true)];
        if (c.Ints("value_ints") is { } integers)
            return [c.Constant(integers)];
        throw c.Fail("its value is neither a tensor nor numbers");
    }

    private static IReadOnlyList<Value> ConstantOfShape(NodeContext c)
    {
        Shape shape = c.Integers(0) ?? throw c.Fail("the shape is missing");
        if (c.Attribute("value")?.T is not { } proto)
            return [Value.Of(Tensor.Zeros(shape, device: c.Device), constant: true)];
        var value = c.Runner.Stored(proto);
        return [Value.Of(value.Tensor!.Reshape([]).ExpandTo(shape), value.Type, constant: true)];
    }

    private static IReadOnlyList<Value> EyeLike(NodeContext c)
    {
        var x = c.Input(0);
        var type = (DataType)c.Int("dtype", (long)c.TypeOf(0));
        long offset = c.Int("k", 0);
        var rows = c.Iota(x.Shape[0]).Unsqueeze(1);
        return [Value.Of((rows + offset).Eq(c.Iota(x.Shape[1])).To(type.Storage()), type)];
    }

    private static IReadOnlyList<Value> Range(NodeContext c)
    {
        if (c.Input(0).DType.IsFloating())
        {
            double[] ends = [.. Enumerable.Range(0, 3).Select(k => c.Doubles(k)!.Single())];
            long count = Math.Max(0, (long)Math.Ceiling((ends[1] - ends[0]) / ends[2]));
            return [c.Like(c.Iota(count).To(c.Input(0).DType) * ends[2] + ends[0])];
        }
        long[] whole = [.. Enumerable.Range(0, 3).Select(k => c.Integers(k)!.Single())];
        if (whole[2] == 0)
            throw c.Fail("the step is 0");
        return [c.Like(Tensor.Arange(whole[0], whole[1], whole[2], DType.Int64, c.Device))];
    }
}
