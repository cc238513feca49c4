namespace CudaNet.Ops
{
    /// <summary>Arithmetic mean.</summary>
    internal sealed class Mean : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Mean",
            Formula = "Σ x / n along axes; NaN for no elements",
            DTypes = DTypes.Numeric,
            Samples = Samples.Reduction((x, axes, keep) => x.Mean(axes, keep)),
            Refusals = [Samples.BadAxis(x => x.Mean(2)), Samples.RepeatedAxis(x => x.Mean([0, -2]))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Mean along axes (all of them if none is named); NaN over nothing. Integers give Float32; half types are
        /// summed in Float32.</summary>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        public Tensor Mean(Axes? axes = null, bool keepDims = false)
        {
            var sum = Reductions.Wide(this).Sum(axes, keepDims);
            return (sum / Reductions.CountOf(Shape, axes, "Mean")).To(Reductions.Floating(DType));
        }
    }
}
