using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>A⁻¹, by LU decomposition with partial pivoting.</summary>
    public sealed record Inverse : MatrixOp<Inverse>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Inverse",
            Formula = "A⁻¹",
            DTypes = Matrices.Types,
            ToleranceScale = 16, // grows with the condition of A
            Samples = [.. Matrices.Samples([[4, 4], [1, 1], [7, 7], [2, 3, 3], [0, 2, 2], [0, 0]], x => Linalg.Inverse(Matrices.Regular(x)))],
            Refusals = [Matrices.NotSquare(Linalg.Inverse), Matrices.NotAMatrix(Linalg.Inverse), Matrices.Singular(Linalg.Inverse)],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0];

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var transposed = context.Output.Adjoint();
            return [-transposed.MatMul(context.Upstream).MatMul(transposed)];
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public static partial class Linalg
    {
        /// <summary>The inverse matrix. To solve an equation use <see cref="Solve"/>, which is faster and more accurate.</summary>
        /// <exception cref="ShapeException">A is not square.</exception>
        /// <exception cref="LinalgException">When it runs: A is singular.</exception>
        public static Tensor Inverse(Tensor a) => new Inverse().Apply(Matrices.Square(a, "Inverse"));
    }
}
