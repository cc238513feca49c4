namespace CudaNet.Ops
{
    /// <summary>Pulls together what belongs together and pushes the rest apart, up to a margin.</summary>
    internal sealed class HingeEmbedding : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "HingeEmbeddingLoss",
            Formula = "t = 1: x; t = −1: max(0, m − x)",
            GradientOrder = 1,
            Samples =
            [
                new("mean", [new([3, 5], new(0, 3) { Kinks = [1] }), new([3, 5], Domain.Integers(0, 1), Type: DType.Int64)], x => x[0].HingeEmbeddingLoss(x[1] * 2 - 1)) { SumLength = 15 },
                new("sum, margin 2", [new([7], new(0, 3) { Kinks = [2] }), new([7], Domain.Integers(0, 1), Type: DType.Int64)], x => x[0].HingeEmbeddingLoss(x[1] * 2 - 1, 2, LossReduction.Sum)) { SumLength = 7 },
                new("none", [new([2, 3], new(0, 3) { Kinks = [1] }), new([2, 3], Domain.Integers(0, 1), Type: DType.Int64)], x => x[0].HingeEmbeddingLoss(x[1] * 2 - 1, reduction: LossReduction.None)),
            ],
            Refusals = [Losses.MismatchedTarget((x, t) => x.HingeEmbeddingLoss(t))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Of distances x: x itself where the target is 1 (similar), max(0, margin − x) where it is −1.</summary>
        /// <param name="target">1 or −1, of this shape.</param>
        /// <param name="margin">Distance beyond which dissimilar ones are left alone.</param>
        /// <param name="reduction">Mean, sum, mean over the batch, or none.</param>
        /// <exception cref="ShapeException">Shapes do not fit.</exception>
        public Tensor HingeEmbeddingLoss(Tensor target, double margin = 1, LossReduction reduction = LossReduction.Mean)
        {
            var (x, t) = Losses.Paired(this, target, "HingeEmbeddingLoss");
            var (isSimilar, isDissimilar) = (t.Ne(-1), t.Ne(1));
            // As PyTorch does: a target that is neither 1 nor −1 counts as both.
            return (isSimilar.Where(x, 0) + isDissimilar.Where((margin - x).Relu(), 0)).Reduced(reduction);
        }
    }
}
