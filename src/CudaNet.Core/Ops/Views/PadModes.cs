namespace CudaNet.Ops
{
    /// <summary>Paddings made of the elements themselves, by <see cref="Concat"/> of views.</summary>
    internal sealed class PadModes : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "PadModes",
            Formula = "reflect: c b | a b c d | c b; replicate: a a | a b c d | d d; circular: c d | a b c d | a b",
            DTypes = DTypes.All,
            Samples =
            [
                .. Enum.GetValues<PadMode>().SelectMany(mode => (Sample[])
                [
                    new($"{mode}, vector", [new([5], Domain.Any)], x => x[0].Pad(2, 3, mode)), new($"{mode}, image", [new([2, 4, 5], Domain.Any)], x => x[0].Pad([1, 2], [3, 0], mode)),
                    new($"{mode}, of a view", [new([4, 5], Domain.Any, SampleView.Transposed)], x => x[0].Pad([0, 1], [1, 0], mode)),
                ]),
            ],
            Refusals =
            [
                new("a reflection of more than there is", () => Tensor.Zeros([3]).Pad(3, 0, PadMode.Reflect), @"Pad: Reflect .* 3 .* \[3\]"), new("more than once around", () => Tensor.Zeros([3]).Pad(0, 4, PadMode.Circular), "Circular"),
                new("nothing to repeat", () => Tensor.Zeros([0]).Pad(0, 1, PadMode.Replicate), "Replicate"), new("a negative padding", () => Tensor.Zeros([3]).Pad(-1, 1, PadMode.Reflect), "-1"),
            ],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>Pads the last axes with elements of their own.</summary>
        /// <param name="low">How many before, one number an axis, for the last axes in their order.</param>
        /// <param name="high">How many after.</param>
        /// <param name="mode">With which elements.</param>
        /// <exception cref="ShapeException">An axis has not enough elements, or the paddings do not fit the axes.</exception>
        public Tensor Pad(Integers low, Integers high, PadMode mode)
        {
            if (mode == PadMode.Constant) return Pad(low, high);
            if (low.Count > Rank || low.Count != high.Count) throw new ShapeException($"Pad: low {low} and high {high} for {Shape}: give as many high as low paddings, and no more than axes.");
            var padded = this;
            for (var k = 0; k < low.Count; k++)
            {
                var axis = Rank - low.Count + k;
                if (low[k] == 0 && high[k] == 0) continue;
                var size = Shape[axis];
                var most = mode switch { PadMode.Reflect => size - 1, PadMode.Circular => size, _ => size == 0 ? -1 : long.MaxValue };
                if (low[k] < 0 || high[k] < 0 || low[k] > most || high[k] > most)
                    throw new ShapeException($"Pad: {mode} with {low[k]} before and {high[k]} after axis {axis} of {Shape}: it must be 0 … {Math.Max(0, most)}.");
                padded = mode switch
                {
                    PadMode.Reflect => Concat([padded.Narrow(axis, 1, low[k]).Flip(axis), padded, padded.Narrow(axis, size - 1 - high[k], high[k]).Flip(axis)], axis),
                    PadMode.Circular => Concat([padded.Narrow(axis, size - low[k], low[k]), padded, padded.Narrow(axis, 0, high[k])], axis),
                    _ => Concat([padded.Narrow(axis, 0, 1).ExpandTo(padded.Shape.With(axis, low[k])), padded, padded.Narrow(axis, size - 1, 1).ExpandTo(padded.Shape.With(axis, high[k]))], axis),
                };
            }
            return padded;
        }
    }
}
