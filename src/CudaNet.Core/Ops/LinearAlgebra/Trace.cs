namespace CudaNet.Ops
{
    /// <summary>The sum of the diagonal of matrices.</summary>
    internal sealed class MatrixTrace : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Trace",
            Formula = "Σᵢ x[i, i]",
            DTypes = DTypes.All,
            Samples =
            [
                Of("square", [4, 4]), Of("tall", [5, 3]), Of("batch", [2, 3, 3]), Of("one", [1, 1]), Of("empty", [0, 0]), Of("transposed", [4, 3], SampleView.Transposed), Of("strided", [4, 4], SampleView.Strided),
            ],
            Refusals = [Matrices.NotAMatrix(x => Linalg.Trace(x))],
        };

        private static Sample Of(string name, Shape shape, SampleView view = SampleView.Contiguous) => new(name, [new(shape, Domain.Any, view)], x => Linalg.Trace(x[0])) { SumLength = 5 };
    }
}

namespace CudaNet
{
    public static partial class Linalg
    {
        /// <summary>The sum of the main diagonal of matrices (the last two axes).</summary>
        /// <exception cref="ShapeException">There are fewer than two axes.</exception>
        public static Tensor Trace(Tensor a) => a.Rank >= 2
            ? a.Diagonal().Sum(-1)
            : throw new ShapeException($"Trace: {a.Shape} is not a matrix or a batch of them, [batch…, rows, columns].");
    }
}
