using System.Globalization;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Codegen;

/// <summary>Each elementwise op as an expression of CUDA C over values in their compute types; the functions are those of
/// <c>elementwise.cuh</c> and <c>math.cuh</c>.</summary>
internal static class OpText
{
    private static readonly Dictionary<Op, string> Calls = new()
    {
        [new Neg()] = "negate",
        [new Abs()] = "absolute",
        [new Relu()] = "relu_of",
        [new Sign()] = "sign_of",
        [new Sqrt()] = "root",
        [new Floor()] = "round_down",
        [new Ceil()] = "round_up",
        [new Trunc()] = "truncate",
        [new Round()] = "round_even",
        [new Add()] = "add",
        [new Sub()] = "subtract",
        [new Mul()] = "multiply",
        [new Maximum()] = "larger",
        [new Minimum()] = "smaller",
        [new Fmod()] = "fmod_of",
        [new Remainder()] = "remainder_of",
        [new FloorDivide()] = "floor_quotient",
    };

    /// <summary>Functions of <c>math.cuh</c>.</summary>
    private static readonly Dictionary<Op, string> MathCalls = new()
    {
        [new Exp()] = "exp_of",
        [new Exp2()] = "exp2_of",
        [new Expm1()] = "expm1_of",
        [new Log()] = "log_of",
        [new Log2()] = "log2_of",
        [new Log1p()] = "log1p_of",
        [new Sin()] = "sin_of",
        [new Cos()] = "cos_of",
        [new Tan()] = "tan_of",
        [new Tanh()] = "tanh_of",
        [new Sigmoid()] = "sigmoid_of",
        [new Erf()] = "erf_of",
        [new Atan2()] = "atan2_of",
        [new Pow()] = "pow_of",
    };

    private static readonly Dictionary<Op, string> Operators = new()
    {
        [new Equal()] = "==",
        [new NotEqual()] = "!=",
        [new Less()] = "<",
        [new LessEqual()] = "<=",
        [new Greater()] = ">",
        [new GreaterEqual()] = ">=",
        [new LogicalAnd()] = "&",
        [new LogicalOr()] = "|",
        [new LogicalXor()] = "^",
    };

    /// <summary>Ops that compute in floating types only.</summary>
    private static readonly HashSet<Op> FloatingOnly =
        [new Sqrt(), new Rsqrt(), new Reciprocal(), new Floor(), new Ceil(), new Trunc(), new Round(), new Div(), .. MathCalls.Keys.Where(op => op is not Pow)];

    /// <summary>The ops with an expression; <see cref="Cast"/> has one for each pair of types.</summary>
    public static IReadOnlyList<Op> Ops { get; } = [.. Calls.Keys, .. MathCalls.Keys, .. Operators.Keys, new Rsqrt(), new Reciprocal(), new Div(), new LogicalNot(), new Where()];

    private static readonly HashSet<Op> OneArgument =
        [new Neg(), new Abs(), new Relu(), new Sign(), new Sqrt(), new Rsqrt(), new Reciprocal(), new Floor(), new Ceil(), new Trunc(), new Round(), new LogicalNot(), .. MathCalls.Keys.Where(op => op is not (Pow or Atan2))];

    /// <summary>How many arguments an op has.</summary>
    public static int ArgumentsOf(Op op) => op is Where ? 3 : op is Cast || OneArgument.Contains(op) ? 1 : 2;

    /// <summary>True for ops whose result is Bool whatever they compare.</summary>
    public static bool IsRelation(Op op) => Operators.ContainsKey(op) && op is not (LogicalAnd or LogicalOr or LogicalXor);

    /// <summary>True if there is an expression for the op on arguments of a type.</summary>
    public static bool Knows(Op op, DType argument) =>
        op is Literal or Cast || Ops.Contains(op) && (argument.IsFloating()
            ? op is not (LogicalAnd or LogicalOr or LogicalXor or LogicalNot)
            : !FloatingOnly.Contains(op));

    /// <summary>True if the op needs <c>math.cuh</c>.</summary>
    public static bool NeedsMath(Op op, DType argument) => MathCalls.ContainsKey(op) && argument.IsFloating();

    /// <summary>True if the op has no value for an integer divisor of 0.</summary>
    public static bool DividesIntegers(Op op, DType argument) => op is Remainder or Fmod or FloorDivide && !argument.IsFloating();

    /// <summary>The type in which values of an element type are computed.</summary>
    public static string Lane(DType type) => type switch
    {
        DType.Bool or DType.UInt8 => "u8",
        DType.Int32 => "i32",
        DType.Int64 => "i64",
        DType.Float64 => "f64",
        _ => "float",
    };

    /// <summary>The op on arguments that are names or constants.</summary>
    /// <param name="op">The op; no literal and no cast.</param>
    /// <param name="type">Type of its last argument.</param>
    /// <param name="a">First argument.</param>
    /// <param name="b">Second argument.</param>
    /// <param name="c">Third argument.</param>
    public static string Of(Op op, DType type, string a, string b, string c)
    {
        var lane = Lane(type);
        // Bool has no carry: its sum is the logical or, its product the logical and.
        if (type == DType.Bool && op is Add) return $"(u8)({a} | {b})";
        if (type == DType.Bool && op is Mul) return $"(u8)({a} & {b})";
        if (op is Pow && !type.IsFloating()) return $"whole_power({a}, {b})";
        if (Calls.TryGetValue(op, out var call) || MathCalls.TryGetValue(op, out call)) return b.Length == 0 ? $"{call}({a})" : $"{call}({a}, {b})";
        if (Operators.TryGetValue(op, out var sign)) return op is LogicalAnd or LogicalOr or LogicalXor ? $"({lane})({a} {sign} {b})" : $"(u8)({a} {sign} {b})";
        return op switch
        {
            Div => $"{a} / {b}",
            Reciprocal => $"({lane})1 / {a}",
            Rsqrt => $"({lane})1 / root({a})",
            LogicalNot => type == DType.Bool ? $"(u8)({a} == 0)" : $"({lane})~{a}",
            Where => $"{a} ? {b} : {c}",
            _ => throw new ArgumentException($"{op.Name} has no expression."),
        };
    }

    /// <summary>A conversion.</summary>
    /// <param name="value">What is converted.</param>
    /// <param name="from">Its type.</param>
    /// <param name="to">The type wanted.</param>
    /// <param name="round">False where a half is rounded later, when it is stored.</param>
    public static string Convert(string value, DType from, DType to, bool round)
    {
        if (to == DType.Bool) return from == DType.Bool ? value : $"(u8)({value} != 0)";
        if (Lane(from) != Lane(to)) value = $"convert<{Lane(to)}>({value})";
        return round && to.IsHalf() && from != to ? $"widen(rounded<{Kernels.KernelTypes.Name(to)}>({value}))" : value;
    }

    /// <summary>A number as a constant of the compute type.</summary>
    public static string Constant(Scalar value, DType type)
    {
        var integer = value.Type == DType.Float32 ? (long)value.Value : value.Integer;
        return type switch
        {
            DType.Bool or DType.UInt8 => $"(u8){unchecked((byte)integer)}",
            DType.Int32 => $"(i32){unchecked((int)integer)}".Replace("(i32)-2147483648", "(i32)0x80000000u", StringComparison.Ordinal),
            DType.Int64 => integer == long.MinValue ? "(i64)0x8000000000000000ULL" : $"{integer.ToString(CultureInfo.InvariantCulture)}LL",
            DType.Float64 => Double(value.Value),
            _ => Single((float)value.Value),
        };
    }

    private static string Single(float value) => float.IsFinite(value)
        ? Decimal(value.ToString("G9", CultureInfo.InvariantCulture)) + "f"
        : $"__int_as_float(0x{BitConverter.SingleToUInt32Bits(value):X8})";

    private static string Double(double value) => double.IsFinite(value)
        ? Decimal(value.ToString("G17", CultureInfo.InvariantCulture))
        : $"__longlong_as_double(0x{BitConverter.DoubleToUInt64Bits(value):X16}LL)";

    private static string Decimal(string digits) => digits.AsSpan().ContainsAny('.', 'E') ? digits : digits + ".0";
}
