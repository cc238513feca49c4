namespace CudaNet.Ops
{
    /// <summary>Products of all elements up to each along an axis: a <see cref="LinearRecurrence"/> whose input is the first
    /// element. So its gradient divides by nothing and is right for zeros too.</summary>
    internal sealed class CumProd : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "CumProd",
            Formula = "y[i] = Π x[j] over j ≤ i",
            Samples =
            [
                .. Samples.Scan((x, axis, reverse) => reverse ? x.Flip(axis).CumProd(axis) : x.CumProd(axis), new(-1.2, 1.2)),
                new("zeros", [new([7], new(-1, 1) { Special = [0.5, 0, -2, 0, 3] })], x => x[0].CumProd(0)),
            ],
            Refusals = [Samples.BadAxis(x => x.CumProd(2))],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>Products of all elements up to each along an axis. Integers give Float32.</summary>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public Tensor CumProd(int axis)
        {
            axis = Shape.Axis(axis, "CumProd");
            var x = DType.IsFloating() ? this : To(DType.Float32);
            if (ElementCount == 0 || Rank == 0) return x;
            var (low, high) = (new long[Rank], new long[Rank]);
            high[axis] = Shape[axis] - 1;
            return LinearRecurrence(x, x.Narrow(axis, 0, 1).Pad(low, high), axis);
        }
    }
}
