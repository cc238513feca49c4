namespace CudaNet.Ops
{
    /// <summary>Elements of an axis in sorted order: <see cref="Gather"/> by <see cref="ArgSort"/>.</summary>
    internal sealed class Sort : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Sort",
            Formula = "y[…, 0…] ≤ y[…, 1…] ≤ …",
            DTypes = DTypes.All,
            Samples = Samples.Sorting((x, axis, descending) => x.Sort(axis, descending).Values),
            Refusals = [Samples.BadAxis(x => x.Sort(2).Values)],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>The elements of an axis in sorted order, and their positions before. Equal elements keep their order; NaN counts
        /// as the greatest.</summary>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public (Tensor Values, Tensor Indices) Sort(int axis = -1, bool descending = false)
        {
            var order = ArgSort(axis, descending);
            return (Gather(order, axis), order);
        }
    }
}
