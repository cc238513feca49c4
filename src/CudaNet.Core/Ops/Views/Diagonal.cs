using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>A diagonal of the last two axes, as a view: these give way to one axis along it.</summary>
    public sealed record Diagonal(long Offset) : ViewOp<Diagonal>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Diagonal",
            Formula = "y[…, k] = x[…, k + max(0, −offset), k + max(0, offset)]",
            DTypes = DTypes.All,
            Samples =
            [
                new("square", [new([4, 4], Domain.Any)], x => x[0].Diagonal()),
                new("above", [new([3, 5], Domain.Any)], x => x[0].Diagonal(2)),
                new("below", [new([5, 3], Domain.Any)], x => x[0].Diagonal(-1)),
                new("beyond", [new([3, 3], Domain.Any)], x => x[0].Diagonal(3)),
                new("batch", [new([2, 3, 4], Domain.Any)], x => x[0].Diagonal()),
                new("other axes", [new([3, 2, 4], Domain.Any)], x => x[0].Diagonal(1, 0, 2)),
                new("of a transposed view", [new([3, 4], Domain.Any, SampleView.Transposed)], x => x[0].Diagonal(1)),
                new("of a flipped view", [new([3, 4], Domain.Any, SampleView.Flipped)], x => x[0].Diagonal()),
                new("empty", [new([0, 3], Domain.Any)], x => x[0].Diagonal()),
            ],
            Refusals =
            [
                new("a vector", () => Tensor.Zeros([3]).Diagonal(), "two axes"),
                new("one axis twice", () => Tensor.Zeros([3, 3]).Diagonal(0, 1, -1), "twice"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var shape = inputs[0].Shape;
            return new(shape.Slice(0, shape.Rank - 2).Concat([Length(shape[^2], shape[^1], Offset)]), inputs[0].DType);
        }

        /// <inheritdoc/>
        public override Layout View(Layout input)
        {
            var shape = Infer([new(input.Shape, DType.Float32)]).Shape;
            var (rows, columns) = (input.Strides[^2], input.Strides[^1]);
            var offset = shape[^1] == 0 ? 0 : Offset >= 0 ? Offset * columns : -Offset * rows;
            return new(shape, [.. input.Strides[..^2], rows + columns], input.Offset + offset);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var shape = context.Inputs[0].Shape;
            return [context.Upstream.OnDiagonal(shape[^2], shape[^1], Offset)];
        }

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => Apply(inputs[0]);

        /// <summary>Number of elements on a diagonal of a matrix.</summary>
        internal static long Length(long rows, long columns, long offset) =>
            Math.Max(0, offset >= 0 ? Math.Min(rows, columns - offset) : Math.Min(rows + offset, columns));
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>A view of a diagonal: two axes give way to one at the end that runs along it.</summary>
        /// <param name="offset">0 for the main diagonal, positive above, negative below.</param>
        /// <param name="rows">The axis of rows.</param>
        /// <param name="columns">The axis of columns.</param>
        /// <exception cref="AxisException">An axis is out of range, or both are the same.</exception>
        public Tensor Diagonal(long offset = 0, int rows = -2, int columns = -1)
        {
            if (Rank < 2) throw new AxisException($"Diagonal: {Shape} has not two axes. Use DiagonalMatrix to put a vector on a diagonal.");
            (rows, columns) = (Shape.Axis(rows, "Diagonal"), Shape.Axis(columns, "Diagonal"));
            if (rows == columns) throw new AxisException($"Diagonal: axis {rows} is named twice. Name two axes.");
            var order = new List<int>(Rank);
            for (var k = 0; k < Rank; k++) if (k != rows && k != columns) order.Add(k);
            order.AddRange([rows, columns]);
            return new Diagonal(offset).Apply(rows == Rank - 2 && columns == Rank - 1 ? this : Permute([.. order]));
        }
    }
}
