using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>The pseudo-inverse (Moore, Penrose) by singular values; those below <paramref name="Tolerance"/> times the largest count as 0.</summary>
    public sealed record Pinv(double Tolerance) : Composite<Pinv>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Pinv",
            Formula = "A⁺ = V·diag(1/s)·Uᵀ over the singular values that are not 0",
            DTypes = Matrices.Types,
            ToleranceScale = 64, // grows with the square of the condition of A
            Samples =
            [
                .. Matrices.Samples([[4, 4], [1, 1], [5, 3], [3, 5], [2, 4, 3], [0, 2, 2]], x => Linalg.Pinv(x + Tensor.Eye(x.Shape[^2], x.Shape[^1], x.DType) * 8)),
                new("rank one", [new([3, 3], new(1, 1))], x => Linalg.Pinv(x[0])) { Differentiable = false, SumLength = 9 },
            ],
            Refusals = [Matrices.NotAMatrix(x => Linalg.Pinv(x))],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var shape = inputs[0].Shape;
            return new(shape.Batch().Concat([shape[^1], shape[^2]]), inputs[0].DType);
        }

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            if (inputs[0].ElementCount == 0) return inputs[0].Adjoint();
            var (u, s, v) = Linalg.Svd(inputs[0]);
            var small = s <= s.Max(-1, keepDims: true) * Tolerance;
            return v.Adjoint().ScaleColumns(small.Where(0, small.Where(1, s).Reciprocal())).MatMul(u.Adjoint());
        }

        /// <inheritdoc/>
        /// <remarks>Golub and Pereyra 1973, for constant rank: in P = A⁺ and A, so that equal singular values do no harm.</remarks>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var (a, p, g) = (context.Inputs[0], context.Output, context.Upstream);
            var (pt, gt) = (p.Adjoint(), g.Adjoint());
            // dP = −P·dA·P + P·Pᵀ·dAᵀ·(1 − A·P) + (1 − P·A)·dAᵀ·Pᵀ·P
            var first = pt.MatMul(g).MatMul(pt);
            var second = (gt - a.MatMul(p.MatMul(gt))).MatMul(p).MatMul(pt);
            var third = pt.MatMul(p).MatMul(gt - gt.MatMul(p).MatMul(a));
            return [second + third - first];
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public static partial class Linalg
    {
        /// <summary>The pseudo-inverse [n, m] of A [m, n].</summary>
        /// <param name="a">[batch…, m, n].</param>
        /// <param name="tolerance">Singular values up to this times the largest count as 0; max(m, n)·ε of the type if null.</param>
        /// <exception cref="ShapeException">A is not a matrix.</exception>
        public static Tensor Pinv(Tensor a, double? tolerance = null)
        {
            var matrix = Matrices.Matrix(a, "Pinv");
            var epsilon = matrix.DType == DType.Float64 ? Math.BitIncrement(1.0) - 1 : MathF.BitIncrement(1f) - 1;
            return new Pinv(tolerance ?? Math.Max(a.Shape[^1], a.Shape[^2]) * epsilon).Apply(matrix);
        }
    }
}
