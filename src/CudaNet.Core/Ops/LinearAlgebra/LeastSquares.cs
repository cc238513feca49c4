namespace CudaNet.Ops
{
    /// <summary>Least squares by QR decomposition, for matrices of full rank.</summary>
    internal sealed class LeastSquares : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "LeastSquares",
            Formula = "X with least |A·X − B|, and of these the one with least |X|",
            DTypes = Matrices.Types,
            ToleranceScale = 64, // grows with the condition of A
            Samples =
            [
                Of("tall", [6, 3], [6, 2]), Of("square", [3, 3], [3, 2]), Of("wide", [3, 5], [3, 2]), Of("one", [1, 1], [1, 1]), Of("batch", [2, 5, 2], [2, 5, 1]),
                Of("vector", [6, 3], [6]), Of("transposed", [6, 3], [6, 2], SampleView.Transposed),
            ],
            Refusals =
            [
                new("right sides of another size", () => Linalg.LeastSquares(Tensor.Zeros([3, 2]), Tensor.Zeros([2, 1])), @"A \[3, 2\] has 3 rows.*B \[2, 1\] has 2"),
                new("columns that depend on each other", () => Linalg.LeastSquares(Tensor.Ones([3, 2], DType.Float64) * 0, Tensor.Ones([3, 1], DType.Float64)), "singular"),
            ],
        };

        private static Sample Of(string name, Shape a, Shape b, SampleView view = SampleView.Contiguous) =>
            new(name, [new(a, Domain.Any, view), new(b, Domain.Any)], x => Linalg.LeastSquares(x[0] + Tensor.Eye(a[^2], a[^1], x[0].DType) * 8, x[1])) { SumLength = a.ElementCount };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public static partial class Linalg
    {
        /// <summary>X with the least |A·X − B|; where several have it, the one with the least |X|. A must have full rank; else use
        /// <see cref="Pinv"/>. A vector B is one right side, and X is a vector too.</summary>
        /// <exception cref="ShapeException">A is not a matrix, or B has another number of rows.</exception>
        /// <exception cref="LinalgException">When it runs: A has not full rank.</exception>
        public static Tensor LeastSquares(Tensor a, Tensor b)
        {
            var left = Matrices.Matrix(a, "LeastSquares");
            var right = b.Floating().Widened();
            if (b.Rank == 1)
            {
                var x = LeastSquares(a, b.Reshape([b.Shape[0], 1]));
                return x.Reshape(x.Shape.Without(x.Rank - 1));
            }
            if (right.Rank < 2 || right.Shape[^2] != left.Shape[^2])
                throw new ShapeException($"LeastSquares: A {a.Shape} has {a.Shape[^2]} rows, but B {b.Shape} has {(b.Rank < 2 ? 0 : b.Shape[^2])}. B must be [batch…, rows, right sides].");
            (left, right) = Matrices.Aligned(left, right, "LeastSquares");
            if (left.Shape[^2] >= left.Shape[^1])
            {
                var (q, r) = Qr(left);
                return TriangularSolve(r, q.Adjoint().MatMul(right), upper: true);
            }
            // Aᵀ = Q·R, so X = Q·R⁻ᵀ·B solves A·X = B without a part that A does not see.
            var (basis, triangle) = Qr(left.Adjoint());
            return basis.MatMul(TriangularSolve(triangle.Adjoint(), right, upper: false));
        }
    }
}
