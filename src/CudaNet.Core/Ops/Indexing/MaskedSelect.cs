namespace CudaNet.Ops
{
    /// <summary>The elements where a mask is true, as a vector. Their number depends on the mask, which is read at once.</summary>
    internal sealed class MaskedSelect : IOpDefinition
    {
        private static Tensor Mask => Tensor.From(new[,] { { true, false, true }, { false, false, true } });

        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "MaskedSelect",
            Formula = "all x[i…] with mask[i…], in row-major order",
            DTypes = DTypes.All,
            Samples =
            [
                new("matrix", [new([2, 3], Domain.Any)], x => x[0].MaskedSelect(Mask)), new("mask of a row", [new([2, 3], Domain.Any)], x => x[0].MaskedSelect(Mask[0])),
                new("x of a row", [new([3], Domain.Any)], x => x[0].MaskedSelect(Mask)), new("nothing", [new([3], Domain.Any)], x => x[0].MaskedSelect(Tensor.Zeros([3], DType.Bool))),
                new("of a view", [new([2, 3], Domain.Any, SampleView.Transposed)], x => x[0].MaskedSelect(Mask)),
            ],
            Refusals =
            [
                new("a mask of another shape", () => Tensor.Zeros([2]).MaskedSelect(Mask), "do not broadcast"), new("a mask of numbers", () => Tensor.Zeros([3]).MaskedSelect(Tensor.Zeros([3])), "not Bool"),
            ],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>The elements where a mask is true, as a vector in row-major order; both are broadcast. Reads the mask at once,
        /// since the result's size depends on it; it cannot be traced.</summary>
        /// <exception cref="ShapeException">The mask does not broadcast with this tensor.</exception>
        /// <exception cref="DTypeException">The mask is not Bool.</exception>
        public Tensor MaskedSelect(Tensor mask)
        {
            if (mask.DType != DType.Bool) throw new DTypeException($"MaskedSelect: the mask is {mask.DType.ShortName()}, not Bool. Compare first, as in x > 0.");
            var shape = Shape.Broadcast(Shape, mask.Shape, "MaskedSelect");
            return ExpandTo(shape).Flatten().Take(mask.ExpandTo(shape).Flatten().NonZero().Flatten());
        }
    }
}
