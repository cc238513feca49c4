namespace CudaNet.Ops
{
    /// <summary>Which of two should rank higher.</summary>
    internal sealed class MarginRanking : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "MarginRankingLoss",
            Formula = "max(0, −t·(x₁ − x₂) + m)",
            GradientOrder = 1,
            Samples =
            [
                new("mean", [new([3, 5], new(0, 1)), new([3, 5], new(1.5, 3)), new([3, 5], Domain.Integers(0, 1), Type: DType.Int64)], x => x[0].MarginRankingLoss(x[1], x[2] * 2 - 1, 0.1)) { SumLength = 15 },
                new("sum", [new([7], new(0, 1)), new([7], new(1.5, 3)), new([7], Domain.Integers(0, 1), Type: DType.Int64)], x => x[0].MarginRankingLoss(x[1], x[2] * 2 - 1, reduction: LossReduction.Sum)) { SumLength = 7 },
                new("none", [new([2, 3], new(0, 1)), new([2, 3], new(1.5, 3)), new([2, 3], Domain.Integers(0, 1), Type: DType.Int64)], x => x[0].MarginRankingLoss(x[1], x[2] * 2 - 1, reduction: LossReduction.None)),
            ],
            Refusals = [Losses.MismatchedTarget((x, t) => x.MarginRankingLoss(x, t))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>max(0, −t·(x₁ − x₂) + margin): 0 where x₁ (this) is above x₂ by the margin, for t = 1, and the other way round
        /// for t = −1.</summary>
        /// <param name="other">x₂, of this shape.</param>
        /// <param name="target">1 or −1, of this shape.</param>
        /// <param name="margin">How far apart they should be.</param>
        /// <param name="reduction">Mean, sum, mean over the batch, or none.</param>
        /// <exception cref="ShapeException">Shapes do not fit.</exception>
        public Tensor MarginRankingLoss(Tensor other, Tensor target, double margin = 0, LossReduction reduction = LossReduction.Mean)
        {
            var (x1, x2) = Losses.Paired(this, other, "MarginRankingLoss");
            var (_, t) = Losses.Paired(x1, target, "MarginRankingLoss");
            return (margin - t * (x1 - x2)).Relu().Reduced(reduction);
        }
    }
}
