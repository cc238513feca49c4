using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>A = U·diag(s)·Vᵀ, reduced, s descending. Packed: U [m, k], s [k], Vᵀ [k, n], k = min(m, n).</summary>
    public sealed record Svd : MatrixOp<Svd>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Svd",
            Formula = "A = U·diag(s)·Vᵀ, UᵀU = VᵀV = 1, s ≥ 0 descending",
            DTypes = Matrices.Types,
            ToleranceScale = 32, // rotations one after the other
            Samples =
            [
                // The signs of the vectors are free: U·diag(sin s)·Vᵀ does not see them.
                .. Matrices.Samples([[4, 4], [5, 3], [3, 5], [1, 1], [6, 1], [2, 3, 2], [0, 2, 2]], x =>
                {
                    var (u, s, v) = Linalg.Svd(x);
                    return u.ScaleColumns(s.Sin()).MatMul(v);
                }),
                new("values", [new([4, 5], Domain.Any)], x => Linalg.Svd(x[0]).S) { SumLength = 20 },
                new("projector of a tall matrix", [new([5, 2], Domain.Any)], x => { var u = Linalg.Svd(x[0]).U; return u.MatMul(u.TransposeLast()); }) { SumLength = 10 },
            ],
            Refusals = [Matrices.NotAMatrix(x => Linalg.Svd(x).S), new("NaN", () => Linalg.Svd(Tensor.Full([2, 2], double.NaN)).S, "NaN")],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var (m, n) = (inputs[0].Shape[^2], inputs[0].Shape[^1]);
            var k = Math.Min(m, n);
            return new(inputs[0].Shape.Batch().Concat([m * k + k + k * n]), inputs[0].DType);
        }

        /// <inheritdoc/>
        /// <remarks>Ā = U·((skew(UᵀŪ)∘E)·S + S·(skew(VᵀV̄)∘E) + diag(s̄))·Vᵀ + (1 − UUᵀ)·Ū·S⁻¹·Vᵀ + U·S⁻¹·V̄ᵀ·(1 − VVᵀ) with
        /// skew(X) = X − Xᵀ and E[i, j] = 1/(sⱼ² − sᵢ²) (Townsend 2016). For distinct, positive values.</remarks>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var (m, n) = (context.Inputs[0].Shape[^2], context.Inputs[0].Shape[^1]);
            var (u, s, v) = Unpack(context.Output, m, n);
            var (gu, gs, gv) = Unpack(context.Upstream, m, n);
            var squares = s * s;
            var e = Matrices.Inverted(squares.Reshape(s.Shape.Insert(s.Rank - 1, 1)) - squares.Reshape(s.Shape.Insert(s.Rank, 1)));
            var left = Skew(u.Adjoint().MatMul(gu)) * e;
            var right = Skew(v.MatMul(gv.Adjoint())) * e;
            var k = Tensor.Eye(s.Shape[^1], s.DType, s.Device);
            var inner = left.ScaleColumns(s) + right.ScaleRows(s) + k.ScaleColumns(gs);
            var gradient = u.MatMul(inner).MatMul(v);
            var inverse = Matrices.Inverted(s);
            if (m > n)
            {
                var scaled = gu.ScaleColumns(inverse);
                gradient += (scaled - u.MatMul(u.Adjoint().MatMul(scaled))).MatMul(v);
            }
            if (n > m)
            {
                var scaled = gv.ScaleRows(inverse);
                gradient += u.MatMul(scaled - scaled.MatMul(v.Adjoint()).MatMul(v));
            }
            return [gradient];
        }

        internal static (Tensor U, Tensor S, Tensor Vt) Unpack(Tensor packed, long m, long n)
        {
            var k = Math.Min(m, n);
            return (packed.Part(0, m, k), packed.Part(m * k, k), packed.Part(m * k + k, k, n));
        }

        private static Tensor Skew(Tensor x) => x - x.Adjoint();
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public static partial class Linalg
    {
        /// <summary>A = U·diag(S)·Vt, reduced: U [m, k], S [k] descending, Vt [k, n], k = min(m, n).</summary>
        /// <remarks>The gradient by U and Vt holds for distinct singular values.</remarks>
        /// <exception cref="ShapeException">A is not a matrix.</exception>
        /// <exception cref="LinalgException">When it runs: A is not finite.</exception>
        public static (Tensor U, Tensor S, Tensor Vt) Svd(Tensor a)
        {
            var matrix = Matrices.Matrix(a, "Svd");
            return Ops.Svd.Unpack(new Svd().Apply(matrix), a.Shape[^2], a.Shape[^1]);
        }
    }
}
