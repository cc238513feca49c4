using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Sign and logarithm of the absolute determinant, packed [batch…, 2]; 0 and −∞ for a singular matrix.</summary>
    public sealed record SlogDet : MatrixOp<SlogDet>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "SlogDet",
            Formula = "sign(det A), log |det A|",
            DTypes = Matrices.Types,
            ToleranceScale = 16, // a sum of logarithms of pivots
            Samples =
            [
                .. Matrices.Samples([[4, 4], [1, 1], [7, 7], [2, 3, 3], [0, 2, 2]], x => { var (sign, log) = Linalg.SlogDet(Matrices.Regular(x)); return sign * log; }),
                new("negative", [new([2, 2], Domain.Any with { Special = [0, 1, 2, 0] })], x => { var (sign, log) = Linalg.SlogDet(x[0]); return sign * log; }),
                new("singular", [new([3, 3], new(1, 1))], x => Linalg.SlogDet(x[0]).LogAbsDet) { Differentiable = false },
                new("determinant", [new([3, 3], Domain.Any)], x => Linalg.Det(Matrices.Regular(x[0]))) { SumLength = 9 },
                new("determinant of a singular matrix", [new([2, 2], new(1, 1))], x => Linalg.Det(x[0])) { Differentiable = false },
                new("determinant of nothing", [new([0, 0], Domain.Any)], x => Linalg.Det(x[0])) { Differentiable = false },
            ],
            Refusals = [Matrices.NotSquare(Linalg.Det), Matrices.NotAMatrix(x => Linalg.SlogDet(x).Sign)],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => new(inputs[0].Shape.Batch().Concat([2]), inputs[0].DType);

        /// <inheritdoc/>
        /// <remarks>∂ log|det A|/∂A = A⁻ᵀ; the sign has no gradient.</remarks>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var log = context.Upstream.Narrow(-1, 1, 1);
            return [new Inverse().Apply(context.Inputs[0]).Adjoint() * log.Reshape(log.Shape.Insert(log.Rank, 1))];
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public static partial class Linalg
    {
        /// <summary>Sign and logarithm of the absolute determinant: what does not overflow. The gradient needs an invertible matrix.</summary>
        /// <exception cref="ShapeException">A is not square.</exception>
        public static (Tensor Sign, Tensor LogAbsDet) SlogDet(Tensor a)
        {
            var packed = new SlogDet().Apply(Matrices.Square(a, "SlogDet"));
            return (packed.Part(0), packed.Part(1));
        }

        /// <summary>The determinant. The gradient needs an invertible matrix.</summary>
        /// <exception cref="ShapeException">A is not square.</exception>
        public static Tensor Det(Tensor a)
        {
            var packed = new SlogDet().Apply(Matrices.Square(a, "Det"));
            return packed.Part(0) * packed.Part(1).Exp();
        }
    }
}
