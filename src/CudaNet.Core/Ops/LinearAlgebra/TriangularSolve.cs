using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>X with A·X = B for a triangular A; the other triangle is not read, with <paramref name="UnitDiagonal"/> neither the diagonal.</summary>
    public sealed record TriangularSolve(bool Upper, bool UnitDiagonal) : MatrixOp<TriangularSolve>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "TriangularSolve",
            Formula = "X = A⁻¹·B, A triangular",
            DTypes = Matrices.Types,
            ToleranceScale = 16, // grows with the condition of A
            Samples =
            [
                Of("upper", [4, 4], [4, 3], true), Of("lower", [4, 4], [4, 3], false), Of("unit diagonal", [4, 4], [4, 3], false, true), Of("one", [1, 1], [1, 2], true),
                Of("batch", [2, 3, 3], [2, 3, 2], true), Of("batch broadcast", [3, 3], [2, 3, 2], false), Of("empty batch", [0, 3, 3], [0, 3, 2], true),
                Of("transposed", [4, 4], [4, 3], true, view: SampleView.Transposed), Of("strided", [4, 4], [4, 3], false, view: SampleView.Strided),
            ],
            Refusals =
            [
                Matrices.NotSquare(x => Linalg.TriangularSolve(x, Tensor.Zeros([2, 1]), true)),
                new("a zero on the diagonal", () => Linalg.TriangularSolve(Tensor.From(new double[,] { { 1, 2 }, { 0, 0 } }), Tensor.Ones([2, 1], DType.Float64), true), "singular"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[1];

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var right = new TriangularSolve(!Upper, UnitDiagonal).Apply(context.Inputs[0].Adjoint(), context.Upstream);
            if (!context.Needs[0]) return [null, right];
            var left = -right.MatMul(context.Output.Adjoint());
            var strict = UnitDiagonal ? 1 : 0;
            return [Upper ? left.Triu(strict) : left.Tril(-strict), right];
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => output.Shape.ElementCount * inputs[0].Shape[^1];

        private static Sample Of(string name, Shape a, Shape b, bool upper, bool unit = false, SampleView view = SampleView.Contiguous) =>
            new(name, [new(a, Domain.Any, view), new(b, Domain.Any)], x => Linalg.TriangularSolve(unit ? x[0] * 0.3 : Matrices.Regular(x[0]), x[1], upper, unit)) { SumLength = Math.Max(1, a[^1]) };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public static partial class Linalg
    {
        /// <summary>X with A·X = B for a triangular A; the other triangle is not read.</summary>
        /// <param name="a">[batch…, n, n].</param>
        /// <param name="b">[batch…, n, right sides].</param>
        /// <param name="upper">Which triangle A is.</param>
        /// <param name="unitDiagonal">Takes the diagonal as ones, without reading it.</param>
        /// <exception cref="ShapeException">A is not square, or B has another number of rows.</exception>
        /// <exception cref="LinalgException">When it runs: the diagonal has a zero.</exception>
        public static Tensor TriangularSolve(Tensor a, Tensor b, bool upper, bool unitDiagonal = false)
        {
            var (left, right) = Ops.Solve.Prepare(a, b, "TriangularSolve");
            return new TriangularSolve(upper, unitDiagonal).Apply(left, right);
        }
    }
}
