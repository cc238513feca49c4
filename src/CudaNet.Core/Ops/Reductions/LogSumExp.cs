namespace CudaNet.Ops
{
    /// <summary>Logarithm of a sum of exponentials, without overflow.</summary>
    internal sealed class LogSumExp : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "LogSumExp",
            Formula = "ln Σ eˣ along axes; −∞ for no elements",
            DTypes = DTypes.Numeric,
            Samples = Samples.Reduction((x, axes, keep) => x.LogSumExp(axes, keep)),
            Refusals = [Samples.BadAxis(x => x.LogSumExp(2)), Samples.RepeatedAxis(x => x.LogSumExp([0, -2]))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>ln Σ eˣ along axes (all of them if none is named), without overflow. Integers give Float32.</summary>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        public Tensor LogSumExp(Axes? axes = null, bool keepDims = false)
        {
            var x = Reductions.Wide(this);
            var normalized = Reductions.Normalize(Shape, axes, "LogSumExp");
            if (Reductions.CountOf(Shape, normalized, "LogSumExp") == 0)
                return x.Exp().Sum(normalized, keepDims).Log().To(Reductions.Floating(DType));
            // The shift cancels, so no gradient flows through it; an infinite one would give ∞ − ∞.
            var greatest = x.Max(normalized, keepDims: true).Detach();
            var shift = greatest.IsFinite().Where(greatest, 0);
            var result = (x - shift).Exp().Sum(normalized, keepDims: true).Log() + shift;
            return (keepDims ? result : result.Reshape(Reductions.Dropped(Shape, normalized))).To(Reductions.Floating(DType));
        }
    }
}
