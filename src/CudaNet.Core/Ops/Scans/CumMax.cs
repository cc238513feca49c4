namespace CudaNet.Ops
{
    /// <summary>The greatest (or smallest) element up to each along an axis: <see cref="Gather"/> by <see cref="CumArgMax"/>.</summary>
    internal sealed class CumMax : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "CumMax",
            Formula = "y[i] = max x[j] over j ≤ i",
            DTypes = DTypes.All,
            Samples = Samples.Scan((x, axis, reverse) => reverse ? x.CumMin(axis).Values : x.CumMax(axis).Values, Domain.Different),
            Refusals = [Samples.BadAxis(x => x.CumMin(2).Values)],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>The greatest element up to each along an axis, and its position: the first of equal ones (PyTorch names the last),
        /// as for every maximum here; from the first NaN on it is NaN.</summary>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public (Tensor Values, Tensor Indices) CumMax(int axis) => Cumulative(Shape.Axis(axis, "CumMax"), smallest: false);

        /// <summary>The smallest element up to each along an axis, and its position: the first of equal ones; from the first NaN on
        /// it is NaN.</summary>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public (Tensor Values, Tensor Indices) CumMin(int axis) => Cumulative(Shape.Axis(axis, "CumMin"), smallest: true);

        private (Tensor Values, Tensor Indices) Cumulative(int axis, bool smallest)
        {
            if (Rank == 0) return (this, Zeros(Shape, DType.Int64, Device));
            var places = new CumArgMax(axis, smallest).Apply(this);
            return (Gather(places, axis), places);
        }
    }
}
