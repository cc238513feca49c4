using CudaNet.Ops;
using TorchSharp;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddElementwise()
    {
        Add<Literal>((op, _) => LiteralOf(op.Value).to(op.Type.ToTorch()));
        Add<Cast>((op, x) => x[0].to(op.To.ToTorch()));
        Unary<Exp>(x => x.exp());
        Binary<Add>((a, b) => a + b);
        Binary<Mul>((a, b) => a * b);
    }

    private static torch.Tensor LiteralOf(Scalar value) =>
        value.Type == DType.Int64 ? torch.tensor(value.Integer) : torch.tensor(value.Value, torch.ScalarType.Float64);
}
