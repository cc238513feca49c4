namespace CudaNet.Nn;

public static partial class Loss
{
    /// <summary>Of distances: x where the target is 1 (similar), max(0, margin − x) where it is −1.</summary>
    /// <param name="distance">Distances.</param>
    /// <param name="target">1 or −1; of the same shape.</param>
    /// <param name="margin">Distance beyond which dissimilar ones are left alone.</param>
    /// <param name="reduction">How the elements become one number.</param>
    /// <param name="weight">Weight of each element, broadcast; null for 1.</param>
    public static Tensor HingeEmbedding(Tensor distance, Tensor target, double margin = 1, LossReduction reduction = LossReduction.Mean, Tensor? weight = null) =>
        Reduce(distance.HingeEmbeddingLoss(target, margin, LossReduction.None), reduction, weight);

    /// <summary>max(0, −y·(x₁ − x₂) + margin): y = 1 says that x₁ should rank higher, −1 that x₂ should.</summary>
    /// <param name="first">x₁.</param>
    /// <param name="second">x₂; of the same shape.</param>
    /// <param name="target">y, 1 or −1; of the same shape.</param>
    /// <param name="margin">How far apart they should be.</param>
    /// <param name="reduction">How the elements become one number.</param>
    /// <param name="weight">Weight of each element, broadcast; null for 1.</param>
    public static Tensor MarginRanking(Tensor first, Tensor second, Tensor target, double margin = 0, LossReduction reduction = LossReduction.Mean, Tensor? weight = null) =>
        Reduce(first.MarginRankingLoss(second, target, margin, LossReduction.None), reduction, weight);

    /// <summary>max(0, d(a, p) − d(a, n) + margin), distances along the last axis.</summary>
    /// <param name="anchor">a, […, features].</param>
    /// <param name="positive">p: what a should be near to.</param>
    /// <param name="negative">n: what a should be far from.</param>
    /// <param name="margin">By how much.</param>
    /// <param name="p">Order of the distance's norm.</param>
    /// <param name="epsilon">Added to the differences.</param>
    /// <param name="swap">True to take d(p, n) where it is less than d(a, n).</param>
    /// <param name="reduction">How the elements become one number.</param>
    /// <param name="weight">Weight of each element, broadcast; null for 1.</param>
    public static Tensor TripletMargin(Tensor anchor, Tensor positive, Tensor negative, double margin = 1, double p = 2, double epsilon = 1e-6, bool swap = false, LossReduction reduction = LossReduction.Mean, Tensor? weight = null) =>
        Reduce(anchor.TripletMarginLoss(positive, negative, margin, p, epsilon, swap, LossReduction.None), reduction, weight);

    /// <summary>ln(1 + exp(−y·x)): logistic loss of scores against signs.</summary>
    /// <param name="score">x.</param>
    /// <param name="target">y, 1 or −1; of the same shape.</param>
    /// <param name="reduction">How the elements become one number.</param>
    /// <param name="weight">Weight of each element, broadcast; null for 1.</param>
    public static Tensor SoftMargin(Tensor score, Tensor target, LossReduction reduction = LossReduction.Mean, Tensor? weight = null) =>
        Reduce(score.SoftMarginLoss(target, LossReduction.None), reduction, weight);

    /// <summary>max(0, 1 − y·x), the loss of support vector machines, or its square.</summary>
    /// <param name="score">x.</param>
    /// <param name="target">y, 1 or −1; of the same shape.</param>
    /// <param name="reduction">How the elements become one number.</param>
    /// <param name="squared">True for the square.</param>
    /// <param name="weight">Weight of each element, broadcast; null for 1.</param>
    public static Tensor Hinge(Tensor score, Tensor target, LossReduction reduction = LossReduction.Mean, bool squared = false, Tensor? weight = null) =>
        Reduce(score.HingeLoss(target, LossReduction.None, squared), reduction, weight);

    /// <summary>Cosine of the angle between vectors along an axis: a score, 1 for the same direction. As a cost take 1 − it, or
    /// <see cref="CosineEmbedding"/>.</summary>
    /// <param name="first">Vectors.</param>
    /// <param name="second">Vectors, broadcast.</param>
    /// <param name="axis">Along which axis.</param>
    /// <param name="epsilon">Least length.</param>
    public static Tensor CosineSimilarity(Tensor first, Tensor second, int axis = 1, double epsilon = 1e-8) => first.CosineSimilarity(second, axis, epsilon);

    /// <summary>1 − cos where the target is 1, max(0, cos − margin) where it is −1.</summary>
    /// <param name="first">[batch, features] or [features].</param>
    /// <param name="second">Of the same shape.</param>
    /// <param name="target">1 or −1, [batch] or [].</param>
    /// <param name="margin">Cosine below which dissimilar ones are left alone.</param>
    /// <param name="reduction">How the elements become one number.</param>
    /// <param name="weight">Weight of each element, broadcast; null for 1.</param>
    public static Tensor CosineEmbedding(Tensor first, Tensor second, Tensor target, double margin = 0, LossReduction reduction = LossReduction.Mean, Tensor? weight = null) =>
        Reduce(first.CosineEmbeddingLoss(second, target, margin, LossReduction.None), reduction, weight);
}
