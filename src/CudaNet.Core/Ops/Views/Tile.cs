namespace CudaNet.Ops
{
    /// <summary>A tensor repeated as a block along its axes, by <see cref="Expand"/> and <see cref="Reshape"/>.</summary>
    internal sealed class Tile : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Tile",
            Formula = "y[i…] = x[i mod n …]",
            DTypes = DTypes.All,
            Samples =
            [
                new("vector", [new([3], Domain.Any)], x => x[0].Tile(2)),
                new("matrix", [new([2, 3], Domain.Any)], x => x[0].Tile(2, 3)),
                new("last axis only", [new([2, 3], Domain.Any)], x => x[0].Tile(2)),
                new("new axis in front", [new([3], Domain.Any)], x => x[0].Tile(2, 1)),
                new("none", [new([2, 3], Domain.Any)], x => x[0].Tile(0, 2)),
                new("of a transposed view", [new([2, 3], Domain.Any, SampleView.Transposed)], x => x[0].Tile(1, 2)),
                new("each element", [new([2, 3], Domain.Any)], x => x[0].RepeatInterleave(2, -1)),
                new("each row", [new([2, 3], Domain.Any)], x => x[0].RepeatInterleave(3, 0)),
            ],
            Refusals = [new("a negative count", () => Tensor.Zeros([2]).Tile(-1), "-1"), Samples.BadAxis(x => x.RepeatInterleave(2, 2))],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>This tensor repeated as a block so many times along the last axes; more counts than axes put new axes in front.</summary>
        /// <exception cref="ShapeException">A count is negative.</exception>
        public Tensor Tile(params ReadOnlySpan<long> counts)
        {
            foreach (var count in counts)
                if (count < 0) throw new ShapeException($"Tile: a count of {count} is negative. Counts are 0 or more.");
            var rank = Math.Max(Rank, counts.Length);
            var (split, wide, joined) = (new long[2 * rank], new long[2 * rank], new long[rank]);
            for (var k = 0; k < rank; k++)
            {
                var size = k - (rank - Rank) is var axis and >= 0 ? Shape[axis] : 1;
                var count = k - (rank - counts.Length) is var place and >= 0 ? counts[place] : 1;
                (split[2 * k], split[2 * k + 1]) = (1, size);
                (wide[2 * k], wide[2 * k + 1]) = (count, size);
                joined[k] = count * size;
            }
            return Reshape(new Shape(split)).ExpandTo(wide).Reshape(new Shape(joined));
        }

        /// <inheritdoc cref="Tile"/>
        /// <remarks>PyTorch's name for <see cref="Tile"/>.</remarks>
        public Tensor Repeat(params ReadOnlySpan<long> counts) => Tile(counts);

        /// <summary>Each element of an axis repeated so many times in place.</summary>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        /// <exception cref="ShapeException">The count is negative.</exception>
        public Tensor RepeatInterleave(long count, int axis)
        {
            if (count < 0) throw new ShapeException($"RepeatInterleave: a count of {count} is negative.");
            axis = AxisToCut(axis, "RepeatInterleave");
            return Reshape(Shape.Insert(axis + 1, 1)).ExpandTo(Shape.Insert(axis + 1, count)).Reshape(Shape.With(axis, Shape[axis] * count));
        }

        /// <summary>PyTorch's name for <see cref="ExpandTo"/>.</summary>
        /// <inheritdoc cref="ExpandTo"/>
        public Tensor BroadcastTo(Shape shape) => ExpandTo(shape);
    }
}
