using CudaNet.Ops;
using TorchSharp;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddLinearAlgebra()
    {
        Binary<MatMul>((a, b) => a.matmul(b));
        Binary<QuantizedMatMul>((a, b) => a.matmul(b.to(a.dtype) - QuantizedMatMul.Zero));
        Unary<Cholesky>(a => torch.linalg.cholesky(a));
        Unary<Inverse>(a => torch.linalg.inv(a));
        Binary<Solve>((a, b) => torch.linalg.solve(a, b));
        Add<Pinv>((op, x) => torch.linalg.pinv(x[0], rtol: op.Tolerance));
        Add<TriangularSolve>((op, x) => SolveTriangle(x[0], x[1], op.Upper, op.UnitDiagonal));

        // Ours pack the results into one, along the last axis.
        Unary<Eigh>(a =>
        {
            var (values, vectors) = torch.linalg.eigh(a);
            return torch.cat([values, Flat(vectors)], -1);
        });
        Unary<Svd>(a =>
        {
            var (u, s, v) = torch.linalg.svd(a, fullMatrices: false);
            return torch.cat([Flat(u), s, Flat(v)], -1);
        });
        Unary<Qr>(a =>
        {
            var (q, r) = torch.linalg.qr(a);
            return torch.cat([Flat(q), Flat(r)], -1);
        });
        Unary<SlogDet>(a =>
        {
            var (sign, logarithm) = torch.linalg.slogdet(a);
            return torch.stack([sign, logarithm], -1);
        });
    }

    private static torch.Tensor Flat(torch.Tensor matrices) => matrices.reshape([.. matrices.shape[..^2], matrices.shape[^2] * matrices.shape[^1]]);

    /// <summary>TorchSharp has no triangular solver for batches: the general one on the triangle alone.</summary>
    private static torch.Tensor SolveTriangle(torch.Tensor a, torch.Tensor b, bool upper, bool unitDiagonal)
    {
        var triangle = upper ? a.triu(unitDiagonal ? 1 : 0) : a.tril(unitDiagonal ? -1 : 0);
        return torch.linalg.solve(unitDiagonal ? triangle + torch.eye(a.shape[^1], dtype: a.dtype) : triangle, b);
    }
}
