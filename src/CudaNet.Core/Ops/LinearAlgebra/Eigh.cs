using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>A = V·diag(λ)·Vᵀ of a symmetric matrix, λ ascending. Only the lower triangle is read. Packed: λ, then V.</summary>
    public sealed record Eigh : MatrixOp<Eigh>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Eigh",
            Formula = "A = V·diag(λ)·Vᵀ, VᵀV = 1, λ ascending",
            DTypes = Matrices.Types,
            ToleranceScale = 32, // rotations one after the other
            Samples =
            [
                // The signs of the vectors are free: sin(A) = V·diag(sin λ)·Vᵀ does not see them.
                .. Matrices.Samples([[4, 4], [1, 1], [7, 7], [2, 3, 3], [0, 2, 2], [0, 0]], x =>
                {
                    var (values, vectors) = Linalg.Eigh(x.Symmetrized());
                    return vectors.ScaleColumns(values.Sin()).MatMul(vectors.Adjoint());
                }),
                new("values", [new([5, 5], Domain.Any)], x => Linalg.Eigh(x[0].Symmetrized()).Values) { SumLength = 25 },
                new("repeated values", [new([3, 3], new(2, 2))], x => Linalg.Eigh(x[0] * x[0].Identity()).Values) { Differentiable = false },
            ],
            Refusals =
            [
                Matrices.NotSquare(x => Linalg.Eigh(x).Values), Matrices.NotAMatrix(x => Linalg.Eigh(x).Values),
                new("NaN", () => Linalg.Eigh(Tensor.Full([2, 2], double.NaN)).Values, "NaN"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var n = inputs[0].Shape[^1];
            return new(inputs[0].Shape.Batch().Concat([n + n * n]), inputs[0].DType);
        }

        /// <inheritdoc/>
        /// <remarks>Ā = V·(diag(λ̄) + (Vᵀ·V̄) ∘ F)·Vᵀ, F[i, j] = 1/(λⱼ − λᵢ), symmetrised (Giles 2008). For distinct values; where two
        /// are equal their part of V̄ is dropped.</remarks>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var n = context.Inputs[0].Shape[^1];
            var (values, vectors) = Unpack(context.Output, n);
            var (gvalues, gvectors) = Unpack(context.Upstream, n);
            var gaps = values.Reshape(values.Shape.Insert(values.Rank - 1, 1)) - values.Reshape(values.Shape.Insert(values.Rank, 1));
            var inner = vectors.Adjoint().MatMul(gvectors) * Matrices.Inverted(gaps) + vectors.Identity().ScaleColumns(gvalues);
            return [vectors.MatMul(inner).MatMul(vectors.Adjoint()).Symmetrized()];
        }

        internal static (Tensor Values, Tensor Vectors) Unpack(Tensor packed, long n) => (packed.Part(0, n), packed.Part(n, n, n));
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public static partial class Linalg
    {
        /// <summary>Eigenvalues (ascending) and eigenvectors (columns) of a symmetric matrix; only its lower triangle is read.</summary>
        /// <remarks>The gradient by the vectors holds for distinct eigenvalues.</remarks>
        /// <exception cref="ShapeException">A is not square.</exception>
        /// <exception cref="LinalgException">When it runs: A is not finite.</exception>
        public static (Tensor Values, Tensor Vectors) Eigh(Tensor a) => Ops.Eigh.Unpack(new Eigh().Apply(Matrices.Square(a, "Eigh")), a.Shape[^1]);
    }
}
