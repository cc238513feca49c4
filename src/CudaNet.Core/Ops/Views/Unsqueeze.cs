namespace CudaNet.Ops
{
    /// <summary>A new axis of size 1, by <see cref="Reshape"/>.</summary>
    internal sealed class Unsqueeze : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Unsqueeze",
            Formula = "y[i, 0, j…] = x[i, j…]",
            DTypes = DTypes.All,
            Samples =
            [
                new("front", [new([3], Domain.Any)], x => x[0].Unsqueeze(0)),
                new("end", [new([3, 5], Domain.Any)], x => x[0].Unsqueeze(-1)),
                new("middle of a transposed view", [new([3, 5], Domain.Any, SampleView.Transposed)], x => x[0].Unsqueeze(1)),
                new("scalar", [new([], Domain.Any)], x => x[0].Unsqueeze(0)),
            ],
            Refusals = [new("an axis out of range", () => Tensor.Zeros([2]).Unsqueeze(2), "axis 2 is out of range")],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>A view with a new axis of size 1; −1 puts it at the end.</summary>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public Tensor Unsqueeze(int axis) => Reshape(Shape.Insert(NewAxisOf(Shape, axis, "Unsqueeze"), 1));
    }
}
