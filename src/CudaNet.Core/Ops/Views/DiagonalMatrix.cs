namespace CudaNet.Ops
{
    /// <summary>The last axis put on a diagonal of matrices that are 0 elsewhere, by one <see cref="Pad"/>: along the
    /// flattened matrix, neighbours on a diagonal are columns + 1 apart.</summary>
    internal sealed class DiagonalMatrix : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "DiagonalMatrix",
            Formula = "Y[…, i, j] = x[…, min(i, j)] for j − i = offset, else 0",
            DTypes = DTypes.All,
            Samples =
            [
                new("vector", [new([4], Domain.Any)], x => x[0].DiagonalMatrix()),
                new("above", [new([3], Domain.Any)], x => x[0].DiagonalMatrix(2)),
                new("below", [new([3], Domain.Any)], x => x[0].DiagonalMatrix(-1)),
                new("batch", [new([2, 3], Domain.Any)], x => x[0].DiagonalMatrix()),
                new("one", [new([1], Domain.Any)], x => x[0].DiagonalMatrix()),
                new("empty", [new([0], Domain.Any)], x => x[0].DiagonalMatrix(1)),
            ],
            Refusals = [new("a scalar", () => Tensor.Zeros([]).DiagonalMatrix(), "scalar")],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>Square matrices with the last axis on a diagonal and 0 elsewhere.</summary>
        /// <param name="offset">0 for the main diagonal, positive above, negative below; the matrix grows by its absolute value.</param>
        /// <exception cref="AxisException">This is a scalar.</exception>
        public Tensor DiagonalMatrix(long offset = 0)
        {
            if (Rank == 0) throw new AxisException("DiagonalMatrix: a scalar has no axis to put on a diagonal.");
            var size = Shape[^1] + Math.Abs(offset);
            return OnDiagonal(size, size, offset);
        }

        /// <summary>Matrices with the last axis on a diagonal of exactly its length, and 0 elsewhere.</summary>
        internal Tensor OnDiagonal(long rows, long columns, long offset)
        {
            var shape = Shape.Slice(0, Rank - 1).Concat([rows, columns]);
            var length = Shape[^1];
            if (length == 0 || ElementCount == 0) return Zeros(shape, DType, Device);
            var first = offset >= 0 ? offset : -offset * columns;
            var last = first + (length - 1) * (columns + 1);
            return Pad(first, rows * columns - 1 - last, columns).Reshape(shape);
        }
    }
}
