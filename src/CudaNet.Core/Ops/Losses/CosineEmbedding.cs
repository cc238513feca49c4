namespace CudaNet.Ops
{
    /// <summary>Angle between what belongs together, or does not.</summary>
    internal sealed class CosineEmbedding : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "CosineEmbeddingLoss",
            Formula = "t = 1: 1 − cos; t = −1: max(0, cos − m)",
            GradientOrder = 1,
            ToleranceScale = 4, // sums, a root and a division
            Samples =
            [
                new("mean", [new([4, 5], new(0.1, 1)), new([4, 5], new(0.1, 1)), new([4], Domain.Integers(0, 1), Type: DType.Int64)], x => x[0].CosineEmbeddingLoss(x[1], x[2] * 2 - 1)) { SumLength = 20 },
                new("sum, margin", [new([4, 5], new(0.1, 1)), new([4, 5], new(0.1, 1)), new([4], Domain.Integers(0, 1), Type: DType.Int64)], x => x[0].CosineEmbeddingLoss(x[1], x[2] * 2 - 1, 0.1, LossReduction.Sum)) { SumLength = 20 },
                new("none", [new([4, 5], new(0.1, 1)), new([4, 5], new(0.1, 1)), new([4], Domain.Integers(0, 1), Type: DType.Int64)], x => x[0].CosineEmbeddingLoss(x[1], x[2] * 2 - 1, reduction: LossReduction.None)) { SumLength = 5 },
                new("one pair", [new([5], new(0.1, 1)), new([5], new(0.1, 1)), new([], Domain.Integers(0, 1), Type: DType.Int64)], x => x[0].CosineEmbeddingLoss(x[1], x[2] * 2 - 1)) { SumLength = 5 },
            ],
            Refusals = [Losses.MismatchedTarget((x, t) => x.CosineEmbeddingLoss(t, t)), new("a target a feature", () => Tensor.Zeros([2, 3]).CosineEmbeddingLoss(Tensor.Zeros([2, 3]), Tensor.Zeros([3])), @"target \[3\]")],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>1 − cos where the target is 1 and max(0, cos − margin) where it is −1, cos the cosine between this row and the
        /// other. PyTorch's ε of 10⁻¹² stands beside the squared lengths.</summary>
        /// <param name="other">Of this shape, [batch, features] or [features].</param>
        /// <param name="target">1 or −1, [batch] or [].</param>
        /// <param name="margin">Cosine below which dissimilar ones are left alone.</param>
        /// <param name="reduction">Mean, sum, mean over the batch, or none.</param>
        /// <exception cref="ShapeException">Shapes do not fit.</exception>
        public Tensor CosineEmbeddingLoss(Tensor other, Tensor target, double margin = 0, LossReduction reduction = LossReduction.Mean)
        {
            var (a, b) = Losses.Paired(this, other, "CosineEmbeddingLoss");
            if (Rank is not (1 or 2) || target.Shape != Shape.Without(Rank - 1))
                throw new ShapeException($"CosineEmbeddingLoss: the rows are {Shape} and the target {target.Shape}. Give [batch, features] and [batch], or [features] and [].");
            Tensor Squared(Tensor x) => x.Square().Sum(-1) + 1e-12;
            var cosine = (a * b).Sum(-1) / (Squared(a) * Squared(b)).Sqrt();
            var t = target.To(a.DType);
            // As PyTorch does: a target that is neither 1 nor −1 costs nothing.
            return (t.Eq(1).Where(1 - cosine, 0) + t.Eq(-1).Where((cosine - margin).Relu(), 0)).Reduced(reduction);
        }
    }
}
