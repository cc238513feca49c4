using CudaNet.Onnx.Proto;
using DataType = CudaNet.Onnx.Proto.TensorProto.Types.DataType;

namespace CudaNet.Onnx.Operators;

/// <summary>Functions of single elements.</summary>
internal static class Elementwise
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["Abs"] = Unary(x => x.Abs()),
        ["Acos"] = Unary(x => (1 - x * x).Sqrt().Atan2(x)),
        ["Acosh"] = Unary(x => (x + ((x - 1) * (x + 1)).Sqrt()).Log()),
        ["Add"] = Binary((a, b) => a + b),
        ["Asin"] = Unary(x => x.Atan2((1 - x * x).Sqrt())),
        ["Asinh"] = Unary(x => x.Sign() * (x.Abs() + x * x / (1 + (x * x + 1).Sqrt())).Log1p()),
        ["Atan"] = Unary(x => x.Atan2(1)),
        ["Atanh"] = Unary(x => 0.5 * (2 * x / (1 - x)).Log1p()),
        ["BitShift"] = BitShift,
        ["Cast"] = c => [Cast(c.Required(0), (DataType)c.Int("to"))],
        ["CastLike"] = c => [Cast(c.Required(0), c.TypeOf(1))],
        ["Ceil"] = Unary(x => x.Ceil()),
        ["Celu"] = c => [c.Like(c.Input(0).Celu(c.Float("alpha", 1)))],
        ["Clip"] = Clip,
        ["Cos"] = Unary(x => x.Cos()),
        ["Cosh"] = Unary(x => (x.Exp() + (-x).Exp()) * 0.5),
        ["Div"] = Binary(Divide),
        ["Elu"] = c => [c.Like(c.Input(0).Elu(c.Float("alpha", 1)))],
        ["Erf"] = Unary(x => x.Erf()),
        ["Exp"] = Unary(x => x.Exp()),
        ["Floor"] = Unary(x => x.Floor()),
        ["Gelu"] = c => [c.Like(c.Input(0).Gelu(c.Text("approximate", "none") == "tanh"))],
        ["HardSigmoid"] = c => [c.Like((c.Input(0) * c.Float("alpha", 0.2) + c.Float("beta", 0.5)).Clamp(0, 1))],
        ["HardSwish"] = Unary(x => x * (x / 6 + 0.5).Clamp(0, 1)),
        ["LeakyRelu"] = c => [c.Like(c.Input(0).LeakyRelu(c.Float("alpha", 0.01)))],
        ["Log"] = Unary(x => x.Log()),
        ["Max"] = Many((a, b) => a.Maximum(b)),
        ["Mean"] = c => [c.Like(c.Inputs().Aggregate((a, b) => a + b) / c.InputCount)],
        ["Min"] = Many((a, b) => a.Minimum(b)),
        ["Mish"] = Unary(x => x.Mish()),
        ["Mod"] = c => [Wrapped(c, c.Flag("fmod") ? c.Input(0).Fmod(c.Input(1)) : c.Input(0) % c.Input(1))],
        ["Mul"] = Binary((a, b) => a * b),
        ["Neg"] = c => [Wrapped(c, -c.Input(0))],
        ["Pow"] = Pow,
        ["PRelu"] = PRelu,
        ["Reciprocal"] = Unary(x => x.Reciprocal()),
        ["Relu"] = Unary(x => x.Relu()),
        ["Round"] = Unary(x => x.Round()),
        ["Selu"] = c => [c.Like(c.Float("gamma", 1.0507009873554805) * c.Input(0).Elu(c.Float("alpha", 1.6732632423543772)))],
        ["Shrink"] = Shrink,
        ["Sigmoid"] = Unary(x => x.Sigmoid()),
        ["Sign"] = Unary(x => x.Sign()),
        ["Sin"] = Unary(x => x.Sin()),
        ["Sinh"] = Unary(x => (x.Expm1() - (-x).Expm1()) * 0.5),
        ["Softplus"] = Unary(x => x.Softplus()),
        ["Softsign"] = Unary(x => x / (1 + x.Abs())),
        ["Sqrt"] = Unary(x => x.Sqrt()),
        ["Sub"] = Binary((a, b) => a - b),
        ["Sum"] = Many((a, b) => a + b),
        ["Swish"] = c => [c.Like(c.Input(0) * (c.Input(0) * c.Float("alpha", 1)).Sigmoid())],
        ["Tan"] = Unary(x => x.Tan()),
        ["Tanh"] = Unary(x => x.Tanh()),
        ["ThresholdedRelu"] = c => [c.Like((c.Input(0) > c.Float("alpha", 1)).Where(c.Input(0), 0))],
    };

    /// <summary>An operator whose result is of the type of its input.</summary>
    public static Operator Unary(Func<Tensor, Tensor> function) => c => [c.Like(function(c.Input(0)))];

    /// <summary>The result of arithmetic in the input's type, cut to its size.</summary>
    public static Value Wrapped(NodeContext c, Tensor result) => Value.Of(ElementTypes.Wrap(result, c.TypeOf(0)).To(c.TypeOf(0).Storage()), c.TypeOf(0));

    public static Value Cast(Value x, DataType type)
    {
        var tensor = x.Tensor ?? throw new OnnxException("ONNX Cast: the input is no tensor.");
        var storage = type.Storage();
        // Truth from a number is "not zero", not its lowest bits.
        tensor = storage == DType.Bool ? tensor.Ne(0) : tensor.To(storage);
        return Value.Of(ElementTypes.Wrap(tensor, type), type);
    }

    /// <summary>The second operand in the place that old models name by an axis of the first.</summary>
    public static Tensor Second(NodeContext c)
    {
        var (a, b) = (c.Input(0), c.Input(1));
        if (c.Opset >= 7 || !c.Flag("broadcast") || !c.Has("axis"))
            return b;
        int axis = c.Axis(c.Int("axis"), a.Rank);
        return b.Reshape(b.Shape.Concat(Enumerable.Repeat(1L, Math.Max(0, a.Rank - axis - b.Rank)).ToArray()));
    }

    private static Operator Binary(Func<Tensor, Tensor, Tensor> function) => c => [Wrapped(c, function(c.Input(0), Second(c)))];

    private static Operator Many(Func<Tensor, Tensor, Tensor> function) => c => [Wrapped(c, c.Inputs().Aggregate(function))];

    /// <summary>Integers are divided towards zero.</summary>
    private static Tensor Divide(Tensor a, Tensor b) => a.DType.IsFloating() ? a / b : a.DType == DType.UInt8 ? a.FloorDivide(b) : (a - a.Fmod(b)).FloorDivide(b);

    private static IReadOnlyList<Value> Pow(NodeContext c)
    {
        var (a, b) = (c.Input(0), Second(c));
        // The result has the base's type, whatever that of the exponent is.
        if (a.DType.IsFloating())
            return [c.Like(a.Pow(b.To(a.DType)))];
        return b.DType.IsFloating() ? [Wrapped(c, a.To(DType.Float64).Pow(b.To(DType.Float64)).To(DType.Int64))] : [Wrapped(c, a.To(DType.Int64).Pow(b.To(DType.Int64)))];
    }

    private static IReadOnlyList<Value> PRelu(NodeContext c)
    {
        var (x, slope) = (c.Input(0), c.Input(1));
        // Early models have one slope a channel without saying so.
        if (c.Opset < 9 && slope.Rank == 1 && slope.ElementCount > 1)
            slope = slope.Reshape(new Shape([slope.ElementCount, .. Enumerable.Repeat(1L, Math.Max(0, x.Rank - 2))]));
        return [c.Like(x.Maximum(0) + slope * x.Minimum(0))];
    }

    private static IReadOnlyList<Value> Clip(NodeContext c)
    {
        var x = c.Input(0);
        if (c.Opset < 11)
            return [c.Like(x.Clamp(c.Has("min") ? c.Float("min", 0) : null, c.Has("max") ? c.Float("max", 0) : null))];
        if (c.Optional(1) is { } low)
            x = x.Maximum(low.Reshape([]));
        if (c.Optional(2) is { } high)
            x = x.Minimum(high.Reshape([]));
        return [c.Like(x)];
    }

    private static IReadOnlyList<Value> Shrink(NodeContext c)
    {
        var x = c.Input(0);
        double lambda = c.Float("lambd", 0.5), bias = c.Float("bias", 0);
        return [c.Like((x < -lambda).Where(x + bias, (x > lambda).Where(x - bias, 0)))];
    }

    private static IReadOnlyList<Value> BitShift(NodeContext c)
    {
        var (x, bits) = (c.Input(0).To(DType.Int64), c.Input(1).To(DType.Int64));
        var factor = Tensor.Full([], 2, DType.Int64, c.Device).Pow(bits);
        var shifted = c.Text("direction", "") switch
        {
            "LEFT" => x * factor,
            "RIGHT" => x.FloorDivide(factor),
            var direction => throw c.Fail($"the direction is \"{direction}\", not LEFT or RIGHT"),
        };
        return [c.TypeOf(0) == DataType.Uint8 ? c.Like(shifted % 256) : Wrapped(c, shifted)];
    }
}
