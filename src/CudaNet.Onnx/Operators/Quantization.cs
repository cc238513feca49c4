using DataType = CudaNet.Onnx.Proto.TensorProto.Types.DataType;

namespace CudaNet.Onnx.Operators;

/// <summary>Integers that stand for real numbers by a scale and a zero point.</summary>
internal static class Quantization
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["ConvInteger"] = ConvInteger,
        ["DequantizeLinear"] = Dequantize,
        ["DynamicQuantizeLinear"] = DynamicQuantize,
        ["MatMulInteger"] = MatMulInteger,
        ["QLinearConv"] = QLinearConv,
        ["QLinearMatMul"] = QLinearMatMul,
        ["QuantizeLinear"] = Quantize,
    };

    private static (long Low, long High) RangeOf(NodeContext c, DataType type) => type switch
    {
        DataType.Uint8 => (0, 255),
        DataType.Int8 => (-128, 127),
        DataType.Uint16 => (0, 65_535),
        DataType.Int16 => (-32_768, 32_767),
        _ => throw c.Fail($"numbers cannot be quantised to {type.Text()}"),
    };

    /// <summary>A scale or zero point beside x: along an axis where it is a vector.</summary>
    private static Tensor Beside(Tensor parameter, int rank, int axis)
    {
        if (parameter.Rank != 1 || parameter.ElementCount == 1)
            return parameter.ElementCount == 1 ? parameter.Reshape([]) : parameter;
        var sizes = new long[rank];
        Array.Fill(sizes, 1);
        sizes[axis] = parameter.Shape[0];
        return parameter.Reshape(new Shape(sizes));
    }

    private static Value Rounded(NodeContext c, Tensor scaled, Tensor? zero, DataType type)
    {
        var (low, high) = RangeOf(c, type);
        var whole = scaled.Round();
        if (zero is not null)
            whole += zero.To(whole.DType);
        return Value.Of(whole.Clamp((double)low, (double)high).To(type.Storage()), type);
    }

    private static IReadOnlyList<Value> Quantize(NodeContext c)
    {
        var x = c.Input(0);
        int axis = x.Rank == 0 ? 0 : c.Axis(c.Int("axis", x.Rank == 1 ? 0 : 1), x.Rank);
        var type = c[2]?.Type ?? (DataType)c.Int("output_dtype", (long)DataType.Uint8);
        return [Rounded(c, x / Beside(c.Input(1), x.Rank, axis), c.Optional(2) is { } zero ? Beside(zero, x.Rank, axis) : null, type)];
    }

    private static IReadOnlyList<Value> Dequantize(NodeContext c)
    {
        var x = c.Input(0);
        int axis = x.Rank == 0 ? 0 : c.Axis(c.Int("axis", x.Rank == 1 ? 0 : 1), x.Rank);
        var scale = Beside(c.Input(1), x.Rank, axis);
        return [Value.Of(Centred(x, c.Optional(2) is { } zero ? Beside(zero, x.Rank, axis) : null).To(scale.DType) * scale)];
    }

    private static IReadOnlyList<Value> DynamicQuantize(NodeContext c)
    {
        var x = c.Input(0);
        var (low, high) = (x.Min().Minimum(0), x.Max().Maximum(0));
        var scale = (high - low) / 255;
        var zero = (-low / scale).Clamp(0, 255).Round();
        return [Rounded(c, x / scale, zero, DataType.Uint8), Value.Of(scale), Value.Of(zero.To(DType.UInt8), DataType.Uint8)];
    }

    /// <summary>x − zero point as doubles, in which all products and sums of 8-bit integers are exact.</summary>
    private static Tensor Centred(Tensor x, Tensor? zero) => zero is null ? x.To(DType.Float64) : x.To(DType.Float64) - zero.To(DType.Float64);

    private static IReadOnlyList<Value> MatMulInteger(NodeContext c)
    {
        var (a, b) = (c.Input(0), c.Input(1));
        var product = Centred(a, c.Optional(2) is { } za ? Rows(za, a.Rank) : null).MatMul(Centred(b, c.Optional(3)));
        return [Value.Of(product.To(DType.Int32))];
    }

    /// <summary>A zero point of each row stands behind it, that of each column already above it.</summary>
    private static Tensor Rows(Tensor zero, int rank) => zero.Rank == 1 && zero.ElementCount > 1 && rank >= 2 ? zero.Unsqueeze(1) : zero;

    private static IReadOnlyList<Value> QLinearMatMul(NodeContext c)
    {
        var (a, b) = (c.Input(0), c.Input(3));
        var product = Centred(a, Rows(c.Input(2), a.Rank)).MatMul(Centred(b, c.Input(5)));
        var scale = Rows(c.Input(1), a.Rank).To(DType.Float64) * c.Input(4).To(DType.Float64) / c.Input(6).To(DType.Float64);
        return [Rounded(c, product * scale, c.Input(7), c.TypeOf(7))];
    }

    private static IReadOnlyList<Value> ConvInteger(NodeContext c)
    {
        var w = c.Input(1);
        var y = Convolutions.Convolve(c, Centred(c.Input(0), c.Optional(2)), Centred(w, c.Optional(3) is { } zero ? Beside(zero, w.Rank, 0) : null), null);
        return [Value.Of(y.To(DType.Int32))];
    }

    private static IReadOnlyList<Value> QLinearConv(NodeContext c)
    {
        var w = c.Input(3);
        var y = Convolutions.Convolve(c, Centred(c.Input(0), c.Input(2)), Centred(w, Beside(c.Input(5), w.Rank, 0)), c.Optional(8)?.To(DType.Float64));
        var scale = c.Input(1).To(DType.Float64) * Beside(c.Input(4), y.Rank, 1).To(DType.Float64) / c.Input(6).To(DType.Float64);
        return [Rounded(c, y * scale, c.Input(7), c.TypeOf(7))];
    }
}
