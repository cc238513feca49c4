using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>A = L·Lᵀ of a symmetric positive definite matrix; only its lower triangle is read.</summary>
    public sealed record Cholesky : MatrixOp<Cholesky>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Cholesky",
            Formula = "A = L·Lᵀ, L lower triangular with a positive diagonal",
            DTypes = Matrices.Types,
            ToleranceScale = 16, // grows with the condition of A
            Samples = [.. Matrices.Samples([[4, 4], [1, 1], [7, 7], [2, 3, 3], [0, 2, 2], [0, 0]], x => Linalg.Cholesky(Matrices.Definite(x)))],
            Refusals =
            [
                Matrices.NotSquare(Linalg.Cholesky), Matrices.NotAMatrix(Linalg.Cholesky),
                new("a matrix that is not positive definite", () => Linalg.Cholesky(Tensor.From(new double[,] { { 1, 2 }, { 2, 1 } })), "leading minor of order 2 is not positive"),
                new("one of a batch", () => Linalg.Cholesky(Tensor.From(new double[,,] { { { 1 } }, { { -1 } } })), "matrix 1 of the batch.*order 1"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0];

        /// <inheritdoc/>
        /// <remarks>Ā = sym(L⁻ᵀ·Φ(Lᵀ·L̄)·L⁻¹), Φ the lower triangle with half the diagonal (Murray 2016).</remarks>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var l = context.Output;
            var product = l.Adjoint().MatMul(context.Upstream);
            var phi = product.Tril() - (product * product.Identity()) * 0.5;
            var left = Linalg.TriangularSolve(l.Adjoint(), phi, upper: true);
            return [Linalg.TriangularSolve(l.Adjoint(), left.Adjoint(), upper: true).Adjoint().Symmetrized()];
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public static partial class Linalg
    {
        /// <summary>The lower triangular L with A = L·Lᵀ. A must be symmetric; only its lower triangle is read.</summary>
        /// <exception cref="ShapeException">A is not square.</exception>
        /// <exception cref="LinalgException">When it runs: A is not positive definite.</exception>
        public static Tensor Cholesky(Tensor a) => new Cholesky().Apply(Matrices.Square(a, "Cholesky"));
    }
}
