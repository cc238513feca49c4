namespace CudaNet.Ops
{
    /// <summary>Variance.</summary>
    internal sealed class Var : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Var",
            Formula = "Σ (x − mean)² / (n − correction) along axes",
            DTypes = DTypes.Numeric,
            Samples =
            [
                .. Samples.Reduction((x, axes, keep) => x.Var(axes, keepDims: keep), sizeOne: false),
                new("without correction", [new([3, 7], Domain.Any)], x => x[0].Var(1, correction: 0)),
                new("one element, with correction", [new([3, 1], Domain.Any)], x => x[0].Var(1)) { Differentiable = false },
            ],
            Refusals = [Samples.BadAxis(x => x.Var(2)), Samples.RepeatedAxis(x => x.Var([0, -2]))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Variance along axes (all of them if none is named), in two passes. Integers give Float32.</summary>
        /// <param name="axes">The axes.</param>
        /// <param name="correction">Taken off the count: 1 for the unbiased estimate of a sample, 0 for the variance of the values
        /// themselves.</param>
        /// <param name="keepDims">Keeps the folded axes with size 1.</param>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        public Tensor Var(Axes? axes = null, int correction = 1, bool keepDims = false)
        {
            var x = Reductions.Wide(this);
            var deviation = x - x.Mean(axes, keepDims: true);
            var squares = deviation.Square().Sum(axes, keepDims);
            return (squares / Math.Max(0, Reductions.CountOf(Shape, axes, "Var") - correction)).To(Reductions.Floating(DType));
        }
    }
}
