using System.Globalization;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Codegen;

/// <summary>Each elementwise op as an expression of CUDA C over values in their compute types; the functions are those of
/// <c>elementwise.cuh</c> and <c>math.cuh</c>.</summary>
internal static class OpText
{
    private static readonly Dictionary<Type, string> Calls = new()
    {
        [typeof(Neg)] = "negate",
        [typeof(Abs)] = "absolute",
        [typeof(Relu)] = "relu_of",
        [typeof(Sign)] = "sign_of",
        [typeof(Sqrt)] = "root",
        [typeof(Floor)] = "round_down",
        [typeof(Ceil)] = "round_up",
        [typeof(Trunc)] = "truncate",
        [typeof(Round)] = "round_even",
        [typeof(Add)] = "add",
        [typeof(Sub)] = "subtract",
        [typeof(Mul)] = "multiply",
        [typeof(Maximum)] = "larger",
        [typeof(Minimum)] = "smaller",
        [typeof(Fmod)] = "fmod_of",
        [typeof(Remainder)] = "remainder_of",
        [typeof(FloorDivide)] = "floor_quotient",
    };

    /// <summary>Functions of <c>math.cuh</c>.</summary>
    private static readonly Dictionary<Type, string> MathCalls = new()
    {
        [typeof(Exp)] = "exp_of",
        [typeof(Exp2)] = "exp2_of",
        [typeof(Expm1)] = "expm1_of",
        [typeof(Log)] = "log_of",
        [typeof(Log2)] = "log2_of",
        [typeof(Log1p)] = "log1p_of",
        [typeof(Sin)] = "sin_of",
        [typeof(Cos)] = "cos_of",
        [typeof(Tan)] = "tan_of",
        [typeof(Tanh)] = "tanh_of",
        [typeof(Sigmoid)] = "sigmoid_of",
        [typeof(Erf)] = "erf_of",
        [typeof(Atan2)] = "atan2_of",
        [typeof(Pow)] = "pow_of",
    };

    private static readonly Dictionary<Type, string> Operators = new()
    {
        [typeof(Equal)] = "==",
        [typeof(NotEqual)] = "!=",
        [typeof(Less)] = "<",
        [typeof(LessEqual)] = "<=",
        [typeof(Greater)] = ">",
        [typeof(GreaterEqual)] = ">=",
        [typeof(LogicalAnd)] = "&",
        [typeof(LogicalOr)] = "|",
        [typeof(LogicalXor)] = "^",
    };

    /// <summary>Ops that compute in floating types only.</summary>
    private static readonly HashSet<Type> FloatingOnly =
        [typeof(Sqrt), typeof(Rsqrt), typeof(Reciprocal), typeof(Floor), typeof(Ceil), typeof(Trunc), typeof(Round), typeof(Div), .. MathCalls.Keys.Where(type => type != typeof(Pow))];

    /// <summary>The ops with an expression.</summary>
    public static IReadOnlyList<Type> Ops { get; } = [.. Calls.Keys, .. MathCalls.Keys, .. Operators.Keys, typeof(Rsqrt), typeof(Reciprocal), typeof(Div), typeof(LogicalNot), typeof(Where), typeof(Cast)];

    private static readonly HashSet<Type> OneArgument =
        [typeof(Neg), typeof(Abs), typeof(Relu), typeof(Sign), typeof(Sqrt), typeof(Rsqrt), typeof(Reciprocal), typeof(Floor), typeof(Ceil), typeof(Trunc), typeof(Round), typeof(LogicalNot), typeof(Cast), .. MathCalls.Keys.Where(type => type != typeof(Pow) && type != typeof(Atan2))];

    /// <summary>How many arguments an op has.</summary>
    public static int ArgumentsOf(Type op) => op == typeof(Where) ? 3 : OneArgument.Contains(op) ? 1 : 2;

    /// <summary>True for ops whose result is Bool whatever they compare.</summary>
    public static bool IsRelation(Type op) => Operators.ContainsKey(op) && op != typeof(LogicalAnd) && op != typeof(LogicalOr) && op != typeof(LogicalXor);

    /// <summary>True if there is an expression for the op on arguments of a type.</summary>
    public static bool Knows(Op op, DType argument) =>
        op is Literal || Ops.Contains(op.GetType()) && (argument.IsFloating()
            ? op is not (LogicalAnd or LogicalOr or LogicalXor or LogicalNot)
            : !FloatingOnly.Contains(op.GetType()));

    /// <summary>True if the op needs <c>math.cuh</c>.</summary>
    public static bool NeedsMath(Op op, DType argument) => MathCalls.ContainsKey(op.GetType()) && argument.IsFloating();

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
        if (Calls.TryGetValue(op.GetType(), out var call) || MathCalls.TryGetValue(op.GetType(), out call)) return b.Length == 0 ? $"{call}({a})" : $"{call}({a}, {b})";
        if (Operators.TryGetValue(op.GetType(), out var sign)) return op is LogicalAnd or LogicalOr or LogicalXor ? $"({lane})({a} {sign} {b})" : $"(u8)({a} {sign} {b})";
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
