namespace CudaNet.Ops
{
    /// <summary>Neighbouring axes joined to one, by <see cref="Reshape"/>.</summary>
    internal sealed class Flatten : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Flatten",
            Formula = "axes first … last joined to one",
            DTypes = DTypes.All,
            Samples =
            [
                new("all", [new([2, 3, 4], Domain.Any)], x => x[0].Flatten()),
                new("all but the batch", [new([2, 3, 4], Domain.Any)], x => x[0].Flatten(1)),
                new("first two", [new([2, 3, 4], Domain.Any)], x => x[0].Flatten(0, 1)),
                new("scalar", [new([], Domain.Any)], x => x[0].Flatten()),
                new("empty", [new([0, 3], Domain.Any)], x => x[0].Flatten()),
                new("of a transposed view", [new([3, 5], Domain.Any, SampleView.Transposed)], x => x[0].Flatten()),
            ],
            Refusals =
            [
                Samples.BadAxis(x => x.Flatten(2)),
                new("last before first", () => Tensor.Zeros([2, 3, 4]).Flatten(2, 1), "first axis 2 lies behind the last, 1"),
            ],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>The axes from <paramref name="first"/> to <paramref name="last"/> joined to one; a scalar becomes a vector.
        /// A view where the layout allows it.</summary>
        /// <exception cref="AxisException">An axis is out of range, or last lies before first.</exception>
        public Tensor Flatten(int first = 0, int last = -1)
        {
            (first, last) = (Shape.Axis(first, "Flatten"), Shape.Axis(last, "Flatten"));
            if (Rank == 0) return Reshape(new Shape(1));
            if (first > last) throw new AxisException($"Flatten: the first axis {first} lies behind the last, {last}.");
            long size = 1;
            for (var k = first; k <= last; k++) size *= Shape[k];
            return Reshape(new Shape([.. Shape.Span[..first], size, .. Shape.Span[(last + 1)..]]));
        }
    }
}
