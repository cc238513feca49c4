using CudaNet.Cpu.Simd;
using CudaNet.Ops;

namespace CudaNet.Cpu.Elementwise;

/// <content>Ops of one argument.</content>
internal static unsafe partial class OperatorTable
{
    /// <summary>The loop of GELU, or of 1 + erf, in Float32: see <see cref="ErfPatterns"/>.</summary>
    public static delegate*<void*, void*, void*, void*, nint, void> OfErf(bool isGelu) =>
        (delegate*<void*, void*, void*, void*, nint, void>)(isGelu ? Unary<float, GeluOperator>() : Unary<float, ErfPlusOneOperator>());

    private static void AddUnary()
    {
        Add<Neg>(1, static (_, lane, _) => lane switch
        {
            Lane.Byte => Unary<byte, NegOperator<byte>>(),
            Lane.Int32 => Unary<int, NegOperator<int>>(),
            Lane.Int64 => Unary<long, NegOperator<long>>(),
            Lane.Single => Unary<float, NegOperator<float>>(),
            _ => Unary<double, NegOperator<double>>(),
        });
        Add<Abs>(1, static (_, lane, _) => lane switch
        {
            Lane.Byte => Unary<byte, AbsOperator<byte>>(),
            Lane.Int32 => Unary<int, AbsOperator<int>>(),
            Lane.Int64 => Unary<long, AbsOperator<long>>(),
            Lane.Single => Unary<float, AbsOperator<float>>(),
            _ => Unary<double, AbsOperator<double>>(),
        });
        Add<Relu>(1, static (_, lane, _) => lane switch
        {
            Lane.Byte => Unary<byte, ReluOperator<byte>>(),
            Lane.Int32 => Unary<int, ReluOperator<int>>(),
            Lane.Int64 => Unary<long, ReluOperator<long>>(),
            Lane.Single => Unary<float, ReluOperator<float>>(),
            _ => Unary<double, ReluOperator<double>>(),
        });
        Add<Sign>(2, static (_, lane, _) => lane switch
        {
            Lane.Byte => Unary<byte, SignOperator<byte>>(),
            Lane.Int32 => Unary<int, SignOperator<int>>(),
            Lane.Int64 => Unary<long, SignOperator<long>>(),
            Lane.Single => Unary<float, SignOperator<float>>(),
            _ => Unary<double, SignOperator<double>>(),
        });
        Add<Sqrt>(4, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, SqrtOperator<float>>(),
            Lane.Double => Unary<double, SqrtOperator<double>>(),
            _ => 0,
        });
        Add<Rsqrt>(6, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, RsqrtOperator<float>>(),
            Lane.Double => Unary<double, RsqrtOperator<double>>(),
            _ => 0,
        });
        Add<Reciprocal>(3, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, ReciprocalOperator<float>>(),
            Lane.Double => Unary<double, ReciprocalOperator<double>>(),
            _ => 0,
        });
        Add<Floor>(1, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, FloorOperator<float>>(),
            Lane.Double => Unary<double, FloorOperator<double>>(),
            _ => 0,
        });
        Add<Ceil>(1, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, CeilOperator<float>>(),
            Lane.Double => Unary<double, CeilOperator<double>>(),
            _ => 0,
        });
        Add<Trunc>(1, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, TruncOperator<float>>(),
            Lane.Double => Unary<double, TruncOperator<double>>(),
            _ => 0,
        });
        Add<Round>(1, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, RoundOperator<float>>(),
            Lane.Double => Unary<double, RoundOperator<double>>(),
            _ => 0,
        });
        Add<Exp>(6, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, ExpOperator>(),
            Lane.Double => Unary<double, ExpOperator>(),
            _ => 0,
        });
        Add<Exp2>(6, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, Exp2Operator>(),
            Lane.Double => Unary<double, Exp2Operator>(),
            _ => 0,
        });
        Add<Expm1>(10, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, Expm1Operator>(),
            Lane.Double => Unary<double, Expm1Operator>(),
            _ => 0,
        });
        Add<Log>(8, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, LogOperator>(),
            Lane.Double => Unary<double, LogOperator>(),
            _ => 0,
        });
        Add<Log2>(8, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, Log2Operator>(),
            Lane.Double => Unary<double, Log2Operator>(),
            _ => 0,
        });
        Add<Log1p>(12, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, Log1pOperator>(),
            Lane.Double => Unary<double, Log1pOperator>(),
            _ => 0,
        });
        Add<Sin>(10, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, SinOperator>(),
            Lane.Double => Unary<double, SinOperator>(),
            _ => 0,
        });
        Add<Cos>(10, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, CosOperator>(),
            Lane.Double => Unary<double, CosOperator>(),
            _ => 0,
        });
        Add<Tan>(14, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, TanOperator>(),
            Lane.Double => Unary<double, TanOperator>(),
            _ => 0,
        });
        Add<Tanh>(10, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, TanhOperator>(),
            Lane.Double => Unary<double, TanhOperator>(),
            _ => 0,
        });
        Add<Sigmoid>(8, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, SigmoidOperator>(),
            Lane.Double => Unary<double, SigmoidOperator>(),
            _ => 0,
        });
        Add<Erf>(14, static (_, lane, _) => lane switch
        {
            Lane.Single => Unary<float, ErfOperator>(),
            Lane.Double => Unary<double, ErfOperator>(),
            _ => 0,
        });
        Add<LogicalNot>(1, static (type, lane, _) => type == DType.Bool ? Unary<byte, LogicalNotOperator<byte>>() : lane switch
        {
            Lane.Byte => Unary<byte, BitNotOperator<byte>>(),
            Lane.Int32 => Unary<int, BitNotOperator<int>>(),
            Lane.Int64 => Unary<long, BitNotOperator<long>>(),
            _ => 0,
        });
    }
}
