namespace CudaNet.Ops
{
    /// <summary>A value where a mask is true, by <see cref="Where"/>.</summary>
    internal sealed class MaskedFill : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "MaskedFill",
            Formula = "y = value where mask, else x",
            DTypes = DTypes.All,
            Samples =
            [
                new("matrix", [new([3, 5], Domain.Any), new([3, 5], Domain.Mask, Type: DType.Bool)], x => x[0].MaskedFill(x[1], 1)),
                new("mask of a row", [new([3, 5], Domain.Any), new([5], Domain.Mask, Type: DType.Bool)], x => x[0].MaskedFill(x[1], 0)),
                new("views", [new([3, 5], Domain.Any, SampleView.Transposed), new([3, 5], Domain.Mask, SampleView.Flipped, DType.Bool)], x => x[0].MaskedFill(x[1], 2)),
                new("empty", [new([0, 5], Domain.Any), new([5], Domain.Mask, Type: DType.Bool)], x => x[0].MaskedFill(x[1], 0)),
            ],
            Refusals =
            [
                new("a mask that is larger", () => Tensor.Zeros([3]).MaskedFill(Tensor.Zeros([2, 3], DType.Bool), 0), @"mask \[2, 3\] does not broadcast to \[3\]"),
                new("a mask of numbers", () => Tensor.Zeros([3]).MaskedFill(Tensor.Zeros([3]), 0), "not Bool"),
            ],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>This tensor with a value where a mask is true. The type stays.</summary>
        /// <exception cref="ShapeException">The mask does not broadcast to this shape.</exception>
        /// <exception cref="DTypeException">The mask is not Bool.</exception>
        public Tensor MaskedFill(Tensor mask, Scalar value)
        {
            if (!mask.Shape.BroadcastsTo(Shape)) throw new ShapeException($"MaskedFill: the mask {mask.Shape} does not broadcast to {Shape}.");
            return mask.Where(DType.IsFloating() ? Literal(value, DType) : Literal(value, value.Type).To(DType), this);
        }
    }
}
