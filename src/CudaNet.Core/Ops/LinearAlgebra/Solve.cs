using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>X with A·X = B, by LU decomposition with partial pivoting.</summary>
    public sealed record Solve : MatrixOp<Solve>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Solve",
            Formula = "X = A⁻¹·B",
            DTypes = Matrices.Types,
            ToleranceScale = 16, // grows with the condition of A
            Samples =
            [
                Of("matrix", [4, 4], [4, 3]), Of("one", [1, 1], [1, 1]), Of("larger", [9, 9], [9, 2]), Of("batch", [2, 3, 3], [2, 3, 2]), Of("batch broadcast", [3, 3], [2, 3, 2]),
                Of("empty batch", [0, 3, 3], [0, 3, 2]), Of("no columns", [3, 3], [3, 0]), Of("vector", [4, 4], [4]), Of("transposed", [4, 4], [4, 3], SampleView.Transposed),
                Of("strided", [4, 4], [4, 3], SampleView.Strided),
                new("zero pivot", [new([2, 2], Domain.Any with { Special = [0, 1, 1, 0] }), new([2, 1], Domain.Any)], x => Linalg.Solve(x[0], x[1])),
            ],
            Refusals =
            [
                Matrices.NotSquare(x => Linalg.Solve(x, Tensor.Zeros([2, 1]))), Matrices.Singular(x => Linalg.Solve(x, Tensor.Ones([2, 1], DType.Float64))),
                new("right sides of another size", () => Linalg.Solve(Tensor.Zeros([3, 3]), Tensor.Zeros([2, 1])), @"A \[3, 3\] has 3 rows.*B \[2, 1\] has 2"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[1];

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var right = Apply(context.Inputs[0].Adjoint(), context.Upstream);
            return [context.Needs[0] ? -right.MatMul(context.Output.Adjoint()) : null, right];
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 2 * output.Shape.ElementCount * inputs[0].Shape[^1];

        internal static (Tensor A, Tensor B) Prepare(Tensor a, Tensor b, string operation)
        {
            a = Matrices.Square(a, operation);
            b = b.Floating().Widened();
            if (b.Rank < 2 || b.Shape[^2] != a.Shape[^1])
                throw new ShapeException($"{operation}: A {a.Shape} has {a.Shape[^1]} rows, but B {b.Shape} has {(b.Rank < 2 ? b.ElementCount : b.Shape[^2])}. B must be [batch…, rows, right sides].");
            return Matrices.Aligned(a, b, operation);
        }

        private static Sample Of(string name, Shape a, Shape b, SampleView view = SampleView.Contiguous) =>
            new(name, [new(a, Domain.Any, view), new(b, Domain.Any)], x => Linalg.Solve(Matrices.Regular(x[0]), x[1])) { SumLength = Math.Max(1, a[^1]) };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public static partial class Linalg
    {
        /// <summary>X with A·X = B. A vector B is one right side, and X is a vector too.</summary>
        /// <exception cref="ShapeException">A is not square, or B has another number of rows.</exception>
        /// <exception cref="LinalgException">When it runs: A is singular.</exception>
        public static Tensor Solve(Tensor a, Tensor b)
        {
            if (b.Rank == 1 && a.Rank >= 2 && b.Shape[0] == a.Shape[^1])
            {
                var x = Solve(a, b.Reshape(b.Shape.Insert(1, 1)));
                return x.Reshape(x.Shape.Without(x.Rank - 1));
            }
            var (left, right) = Ops.Solve.Prepare(a, b, "Solve");
            return new Solve().Apply(left, right);
        }
    }
}
