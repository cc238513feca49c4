using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>A = Q·R with orthonormal columns of Q [m, k] and upper triangular R [k, n], k = min(m, n). Packed: Q, then R.</summary>
    public sealed record Qr : MatrixOp<Qr>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Qr",
            Formula = "A = Q·R, QᵀQ = 1, R upper triangular",
            DTypes = Matrices.Types,
            ToleranceScale = 16, // reflections one after the other
            Samples =
            [
                // The signs of the columns are free: those of R's diagonal are taken out.
                .. Matrices.Samples([[4, 4], [5, 3], [7, 1], [1, 1], [2, 4, 3], [0, 3, 2]], x =>
                {
                    var (q, r) = Linalg.Qr(Tall(x));
                    var signs = r.Diagonal().Sign();
                    return q.ScaleColumns(signs).MatMul(r.ScaleRows(signs).Sin());
                }),
                .. Matrices.Samples([[3, 5], [1, 4], [2, 2, 3]], x =>
                {
                    var (q, r) = Linalg.Qr(x + Tensor.Eye(x.Shape[^2], x.Shape[^1], x.DType) * 8);
                    var signs = r.Diagonal().Sign();
                    return q.ScaleColumns(signs).MatMul(r.ScaleRows(signs).Sin());
                }),
            ],
            Refusals = [Matrices.NotAMatrix(x => Linalg.Qr(x).R), new("NaN", () => Linalg.Qr(Tensor.Full([2, 2], double.NaN)).R, "NaN")],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var (m, n) = (inputs[0].Shape[^2], inputs[0].Shape[^1]);
            var k = Math.Min(m, n);
            return new(inputs[0].Shape.Batch().Concat([m * k + k * n]), inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var a = context.Inputs[0];
            var (m, n) = (a.Shape[^2], a.Shape[^1]);
            var (q, r) = Unpack(context.Output, m, n);
            var (gq, gr) = Unpack(context.Upstream, m, n);
            if (m >= n) return [Tall(q, r, gq, gr)];
            // Wide: A = [X, Y], R = [U, V] with X = Q·U and Y = Q·V (Roberts, Roberts 2020).
            var (u, gu, gv) = (r.Narrow(-1, 0, m), gr.Narrow(-1, 0, m), gr.Narrow(-1, m, n - m));
            var y = a.Narrow(-1, m, n - m);
            var gx = Tall(q, u, gq + y.MatMul(gv.Adjoint()), gu);
            return [Tensor.Concat([gx, q.MatMul(gv)], -1)];
        }

        /// <summary>Q and R of the packed result.</summary>
        internal static (Tensor Q, Tensor R) Unpack(Tensor packed, long m, long n)
        {
            var k = Math.Min(m, n);
            return (packed.Part(0, m, k), packed.Part(m * k, k, n));
        }

        /// <summary>(Ḡ_Q + Q·copyltu(M))·R⁻ᵀ with M = R·Ḡ_Rᵀ − Ḡ_Qᵀ·Q (Walter, Lehmann 2012; Seeger et al. 2017).</summary>
        private static Tensor Tall(Tensor q, Tensor r, Tensor gq, Tensor gr)
        {
            var middle = r.MatMul(gr.Adjoint()) - gq.Adjoint().MatMul(q);
            var lower = middle.Tril(-1);
            var right = gq + q.MatMul(middle.Tril() + lower.Adjoint());
            return Linalg.TriangularSolve(r, right.Adjoint(), upper: true).Adjoint();
        }

        private static Tensor Tall(Tensor x) => x + Tensor.Eye(x.Shape[^2], x.Shape[^1], x.DType) * 8;
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    /// <summary>Decompositions and solutions of matrices, with the names of <c>torch.linalg</c>. All axes before the last two are a
    /// batch. Computed in Float64, returned in the input's type; half types and integers give Float32.</summary>
    public static partial class Linalg
    {
        /// <summary>A = Q·R, reduced: Q [m, k] with orthonormal columns, R [k, n] upper triangular, k = min(m, n).</summary>
        /// <exception cref="ShapeException">A is not a matrix.</exception>
        public static (Tensor Q, Tensor R) Qr(Tensor a)
        {
            var matrix = Matrices.Matrix(a, "Qr");
            return Ops.Qr.Unpack(new Qr().Apply(matrix), a.Shape[^2], a.Shape[^1]);
        }
    }
}
