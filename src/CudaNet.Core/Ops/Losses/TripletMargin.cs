namespace CudaNet.Ops
{
    /// <summary>An anchor nearer to its like than to another, by a margin (Balntas et al. 2016).</summary>
    internal sealed class TripletMargin : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "TripletMarginLoss",
            Formula = "max(0, d(a, p) − d(a, n) + m)",
            GradientOrder = 1,
            Samples =
            [
                Of("mean", [4, 5]), Of("sum", [4, 5], LossReduction.Sum), Of("none", [4, 5], LossReduction.None), Of("swapped", [4, 5], swap: true), Of("p = 3", [3, 4], p: 3), Of("a vector", [5]),
            ],
            Refusals = [Losses.MismatchedTarget((x, t) => x.TripletMarginLoss(x, t))],
        };

        // A margin that no distance here reaches, so that no kink is near.
        private static Sample Of(string name, Shape shape, LossReduction reduction = LossReduction.Mean, bool swap = false, double p = 2) =>
            new(name, [new(shape, new(0, 1)), new(shape, new(1.5, 2)), new(shape, new(-1.5, -0.2))], x => x[0].TripletMarginLoss(x[1], x[2], 20, p, swap: swap, reduction: reduction)) { SumLength = shape.ElementCount };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>max(0, d(a, p) − d(a, n) + margin) with distances along the last axis; this is the anchor a.</summary>
        /// <param name="positive">p: what the anchor should be near to.</param>
        /// <param name="negative">n: what it should be far from.</param>
        /// <param name="margin">By how much.</param>
        /// <param name="p">Order of the distance's norm.</param>
        /// <param name="epsilon">Added to the differences.</param>
        /// <param name="swap">True to take d(p, n) where it is less than d(a, n).</param>
        /// <param name="reduction">Mean, sum, mean over the batch, or none.</param>
        /// <exception cref="ShapeException">Shapes do not fit.</exception>
        public Tensor TripletMarginLoss(Tensor positive, Tensor negative, double margin = 1, double p = 2, double epsilon = 1e-6, bool swap = false, LossReduction reduction = LossReduction.Mean)
        {
            var (a, near) = Losses.Paired(this, positive, "TripletMarginLoss");
            var (_, far) = Losses.Paired(a, negative, "TripletMarginLoss");
            var apart = a.PairwiseDistance(far, p, epsilon);
            if (swap) apart = apart.Minimum(near.PairwiseDistance(far, p, epsilon));
            return (a.PairwiseDistance(near, p, epsilon) - apart + margin).Relu().Reduced(reduction);
        }
    }
}
