namespace CudaNet.Ops
{
    /// <summary>One element of an axis, which is dropped: a <see cref="Slice"/> and a <see cref="Reshape"/>.</summary>
    internal sealed class Select : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Select",
            Formula = "y[i, j…] = x[i, index, j…]",
            DTypes = DTypes.All,
            Samples =
            [
                new("row", [new([3, 5], Domain.Any)], x => x[0].Select(0, 1)),
                new("column from the end", [new([3, 5], Domain.Any)], x => x[0].Select(1, -1)),
                new("to scalar", [new([4], Domain.Any)], x => x[0].Select(0, 2)),
                new("middle axis", [new([2, 3, 4], Domain.Any)], x => x[0].Select(1, 0)),
                new("of a transposed view", [new([3, 5], Domain.Any, SampleView.Transposed)], x => x[0].Select(0, 2)),
                new("of a flipped view", [new([3, 5], Domain.Any, SampleView.Flipped)], x => x[0].Select(1, 1)),
                new("beside an empty axis", [new([0, 3], Domain.Any)], x => x[0].Select(1, 1)),
            ],
            Refusals =
            [
                Samples.BadAxis(x => x.Select(2, 0)),
                new("an index out of range", () => Tensor.Zeros([2, 3]).Select(1, 3), @"Select: index 3 is out of range for axis 1 of \[2, 3\]"),
                new("an empty axis", () => Tensor.Zeros([0]).Select(0, 0), "no element"),
                new("a scalar", () => Tensor.Zeros([]).Select(0, 0), "scalar"),
            ],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>A view of one element of an axis; the axis is dropped.</summary>
        /// <param name="axis">Along which axis.</param>
        /// <param name="index">Which element; negative counts from the end.</param>
        /// <exception cref="AxisException">The axis or the index is out of range.</exception>
        public Tensor Select(int axis, long index)
        {
            axis = Shape.Axis(axis, "Select");
            if (Rank == 0) throw new AxisException("Select: a scalar has no axis to select from.");
            return Part(axis, ElementOf(axis, index, "Select"), 1, 1).Reshape(Shape.Without(axis));
        }

        /// <summary>An index counted from the front, from one that may be negative.</summary>
        private long ElementOf(int axis, long index, string operation)
        {
            var size = Shape[axis];
            if (index >= -size && index < size) return index < 0 ? index + size : index;
            throw new AxisException($"{operation}: index {index} is out of range for axis {axis} of {Shape}. "
                + (size == 0 ? "The axis has no element." : $"Use {-size} … {size - 1}."));
        }
    }
}
