using CudaNet.Ops;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddElementwise()
    {
        Add<Literal>((op, _) => LiteralOf(op.Value).to(op.Type.ToTorch()));
        Add<Cast>((op, x) => Rounded(x[0], op.To).to(op.To.ToTorch()));

        Unary<Abs>(x => x.abs());
        Unary<Ceil>(x => x.ceil());
        Unary<Cos>(x => x.cos());
        Unary<Erf>(x => x.erf());
        Unary<Exp>(x => x.exp());
        Unary<Exp2>(x => x.exp2());
        Unary<Expm1>(x => x.expm1());
        Unary<Floor>(x => x.floor());
        Unary<Log>(x => x.log());
        Unary<Log1p>(x => x.log1p());
        Unary<Log2>(x => x.log2());
        Unary<Neg>(x => -x);
        Unary<Reciprocal>(x => x.reciprocal());
        Unary<Relu>(x => x.relu());
        Unary<Round>(x => x.round());
        Unary<Rsqrt>(x => x.rsqrt());
        Unary<Sigmoid>(x => x.sigmoid());
        Unary<Sign>(x => x.sign());
        Unary<Sin>(x => x.sin());
        Unary<Softplus>(x => functional.softplus(x, beta: 1, threshold: 20));
        Unary<Sqrt>(x => x.sqrt());
        Unary<Tan>(x => x.tan());
        Unary<Tanh>(x => x.tanh());
        Unary<Trunc>(x => x.trunc());

        Binary<Add>((a, b) => a + b);
        Binary<Atan2>((a, b) => a.atan2(b));
        Binary<Div>((a, b) => a / b);
        Binary<FloorDivide>((a, b) => a.floor_divide(b));
        Binary<Fmod>((a, b) => a.fmod(b));
        Binary<Maximum>((a, b) => a.maximum(b));
        Binary<Minimum>((a, b) => a.minimum(b));
        Binary<Mul>((a, b) => a * b);
        Binary<Pow>((a, b) => a.pow(b));
        Binary<Remainder>((a, b) => a.remainder(b));
        Binary<Sub>((a, b) => a - b);

        Binary<Equal>((a, b) => a.eq(b));
        Binary<NotEqual>((a, b) => a.ne(b));
        Binary<Greater>((a, b) => a.gt(b));
        Binary<GreaterEqual>((a, b) => a.ge(b));
        Binary<Less>((a, b) => a.lt(b));
        Binary<LessEqual>((a, b) => a.le(b));

        // Ours work bit by bit on integers; on Bool that is logic.
        Unary<LogicalNot>(x => x.bitwise_not());
        Binary<LogicalAnd>((a, b) => a.bitwise_and(b));
        Binary<LogicalOr>((a, b) => a.bitwise_or(b));
        Binary<LogicalXor>((a, b) => a.bitwise_xor(b));

        Add<Where>((_, x) => torch.where(x[0], x[1], x[2]));
    }

    /// <summary>The nearest values that a half type has.</summary>
    internal static torch.Tensor Rounded(torch.Tensor x, DType type) => type switch
    {
        DType.Float16 => x.to(torch.ScalarType.Float16),
        DType.BFloat16 => x.to(torch.ScalarType.BFloat16),
        _ => x,
    };

    private static torch.Tensor LiteralOf(Scalar value) =>
        value.Type == DType.Int64 ? torch.tensor(value.Integer) : torch.tensor(value.Value, torch.ScalarType.Float64);
}
