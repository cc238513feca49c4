namespace CudaNet.Ops
{
    /// <summary>Mean absolute error.</summary>
    internal sealed class L1Loss : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "L1Loss",
            Formula = "mean of |x − t|",
            GradientOrder = 1,
            Samples = Losses.PairSamples((x, t, reduction) => x.L1Loss(t, reduction), new(1, 3), new(-3, -1)),
            Refusals = [Losses.MismatchedTarget((x, t) => x.L1Loss(t))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Mean absolute error: |x − t|.</summary>
        /// <param name="target">Of this shape.</param>
        /// <param name="reduction">Mean, sum or none.</param>
        /// <exception cref="ShapeException">Shapes differ.</exception>
        public Tensor L1Loss(Tensor target, LossReduction reduction = LossReduction.Mean)
        {
            var (x, t) = Losses.Paired(this, target, "L1Loss");
            return ((x - t).Abs()).Reduced(reduction);
        }
    }
}
