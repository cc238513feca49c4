using CudaNet.Ops;
using static CudaNet.Cpu.Reference.ReferenceNumbers;

namespace CudaNet.Cpu.Reference;

/// <summary>The elementwise ops.</summary>
internal static class ReferenceElementwise
{
    public static void Register()
    {
        ReferenceInterpreter.Add<Cast>(static (op, inputs, node) => Map(inputs[0], x => Cast(x, node.Inputs[0].DType, op.To)));
        Unary<Neg>(x => -x);
        Unary<Abs>(Math.Abs);
        Unary<Sign>(x => (x > 0 ? 1 : 0) - (x < 0 ? 1 : 0));
        Unary<Relu>(x => x < 0 ? 0 : x);
        Unary<Reciprocal>(x => 1 / x);
        Unary<Sqrt>(Math.Sqrt);
        Unary<Rsqrt>(x => 1 / Math.Sqrt(x));
        Unary<Exp>(Math.Exp);
        Unary<Exp2>(x => Math.Pow(2, x));
        Unary<Expm1>(Expm1);
        Unary<Log>(Math.Log);
        Unary<Log2>(Math.Log2);
        Unary<Log1p>(Log1p);
        Unary<Sin>(Math.Sin);
        Unary<Cos>(Math.Cos);
        Unary<Tan>(Math.Tan);
        Unary<Tanh>(Math.Tanh);
        Unary<Sigmoid>(x => 1 / (1 + Math.Exp(-x)));
        Unary<Erf>(x => double.IsNaN(x) ? x : MathNet.Numerics.SpecialFunctions.Erf(x));
        Unary<Floor>(Math.Floor);
        Unary<Ceil>(Math.Ceiling);
        Unary<Trunc>(Math.Truncate);
        Unary<Round>(x => Math.Round(x, MidpointRounding.ToEven));

        Binary<Add>((a, b) => a + b);
        Binary<Sub>((a, b) => a - b);
        Binary<Mul>((a, b) => a * b);
        Binary<Div>((a, b) => a / b);
        Binary<Atan2>(Math.Atan2);
        Binary<Remainder>(Remainder);
        Binary<Fmod>((a, b) => a % b);
        Binary<FloorDivide>(FloorDivide);
        Binary<Maximum>(Max);
        Binary<Minimum>(Min);
        ReferenceInterpreter.Add<Pow>(static (_, inputs, node) => node.DType.IsFloating()
            ? Map(inputs[0], inputs[1], Math.Pow)
            : Map(inputs[0], inputs[1], (a, b) => Wrap(IntegerPower(a, b), node.DType)));
        Binary<Equal>((a, b) => a == b ? 1 : 0);
        Binary<NotEqual>((a, b) => a != b ? 1 : 0);
        Binary<Less>((a, b) => a < b ? 1 : 0);
        Binary<LessEqual>((a, b) => a <= b ? 1 : 0);
        Binary<Greater>((a, b) => a > b ? 1 : 0);
        Binary<GreaterEqual>((a, b) => a >= b ? 1 : 0);
        Binary<LogicalAnd>((a, b) => (long)a & (long)b);
        Binary<LogicalOr>((a, b) => (long)a | (long)b);
        Binary<LogicalXor>((a, b) => (long)a ^ (long)b);
        ReferenceInterpreter.Add<LogicalNot>(static (_, inputs, node) => node.DType == DType.Bool
            ? Map(inputs[0], x => 1 - x)
            : Map(inputs[0], x => Wrap(~(long)x, node.DType)));
        ReferenceInterpreter.Add<Where>(static (_, inputs, _) =>
        {
            var result = new ReferenceArray(inputs[0].Shape);
            for (long i = 0; i < result.Values.LongLength; i++)
                result.Values[i] = inputs[0].Values[i] != 0 ? inputs[1].Values[i] : inputs[2].Values[i];
            return result;
        });
    }

    private static void Unary<TOp>(Func<double, double> f) where TOp : Op =>
        ReferenceInterpreter.Add<TOp>((_, inputs, node) => Map(inputs[0], x => Wrap(f(x), node.DType)));

    private static void Binary<TOp>(Func<double, double, double> f) where TOp : Op =>
        ReferenceInterpreter.Add<TOp>((_, inputs, node) => Map(inputs[0], inputs[1], (a, b) => Wrap(f(a, b), node.DType)));

    private static ReferenceArray Map(ReferenceArray x, Func<double, double> f)
    {
        var result = new ReferenceArray(x.Shape);
        for (long i = 0; i < result.Values.LongLength; i++) result.Values[i] = f(x.Values[i]);
        return result;
    }

    private static ReferenceArray Map(ReferenceArray a, ReferenceArray b, Func<double, double, double> f)
    {
        var result = new ReferenceArray(a.Shape);
        for (long i = 0; i < result.Values.LongLength; i++) result.Values[i] = f(a.Values[i], b.Values[i]);
        return result;
    }
}
