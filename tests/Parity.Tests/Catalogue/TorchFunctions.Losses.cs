using CudaNet.Ops;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchFunctions
{
    /// <summary>Losses against signs: the last input is 0 or 1, and becomes −1 or 1 on both sides.</summary>
    private static IEnumerable<FunctionCase> MarginLosses()
    {
        SampleInput rows = new([5, 7], Domain.Any), distances = new([5, 7], new Domain(0, 3) { Kinks = [1] }), bits = new([5, 7], Domain.Integers(0, 1), Type: DType.Int64);
        SampleInput bitARow = new([5], Domain.Integers(0, 1), Type: DType.Int64);
        foreach (var (ours, peer) in new[] { (LossReduction.Mean, Reduction.Mean), (LossReduction.Sum, Reduction.Sum), (LossReduction.None, Reduction.None) })
        {
            yield return Of("HingeEmbeddingLoss", $"{ours}", [distances, bits],
                x => x[0].HingeEmbeddingLoss(x[1] * 2 - 1, reduction: ours), x => functional.hinge_embedding_loss(x[0], Signs(x[1], x[0]), 1, peer));
            yield return Of("MarginRankingLoss", $"{ours}", [rows, rows, bits],
                x => x[0].MarginRankingLoss(x[1], x[2] * 2 - 1, 0.3, ours), x => functional.margin_ranking_loss(x[0], x[1], Signs(x[2], x[0]), 0.3, peer));
            yield return Of("SoftMarginLoss", $"{ours}", [rows, bits],
                x => x[0].SoftMarginLoss(x[1] * 2 - 1, ours), x => functional.soft_margin_loss(x[0], Signs(x[1], x[0]), peer));
            yield return Of("TripletMarginLoss", $"{ours}", [rows, rows, rows],
                x => x[0].TripletMarginLoss(x[1], x[2], 2, reduction: ours), x => functional.triplet_margin_loss(x[0], x[1], x[2], 2, reduction: peer));
            yield return Of("CosineEmbeddingLoss", $"{ours}", [rows, rows, bitARow],
                x => x[0].CosineEmbeddingLoss(x[1], x[2] * 2 - 1, 0.1, ours), x => functional.cosine_embedding_loss(x[0], x[1], Signs(x[2], x[0]), 0.1, peer));
            yield return Of("KlDivLoss", $"{ours}", [rows, new SampleInput([5, 7], Domain.Positive)], x => x[0].KlDivLoss(x[1], ours), x => functional.kl_div(x[0], x[1], log_target: false, reduction: peer));
        }
        yield return Of("TripletMarginLoss", "swapped", [rows, rows, rows],
            x => x[0].TripletMarginLoss(x[1], x[2], 2, swap: true), x => functional.triplet_margin_loss(x[0], x[1], x[2], 2, swap: true));
        yield return Of("CosineSimilarity", "", [rows, rows], x => x[0].CosineSimilarity(x[1]), x => functional.cosine_similarity(x[0], x[1], 1, 1e-8));
        yield return Of("PairwiseDistance", "", [rows, rows], x => x[0].PairwiseDistance(x[1]), x => functional.pairwise_distance(x[0], x[1]));
        yield return Of("KlDivLoss", "logarithms", [rows, rows], x => x[0].KlDivLoss(x[1], logTarget: true), x => functional.kl_div(x[0], x[1], log_target: true));
        yield return Of("KlDivLoss", "batch mean", [rows, new SampleInput([5, 7], Domain.Positive)],
            x => x[0].KlDivLoss(x[1], LossReduction.BatchMean), x => functional.kl_div(x[0], x[1], log_target: false, reduction: Reduction.Sum) / 5);
        // Torch has no hinge loss with two classes; this is its definition.
        yield return Of("HingeLoss", "", [rows, bits], x => x[0].HingeLoss(x[1] * 2 - 1), x => (1 - Signs(x[1], x[0]) * x[0]).clamp_min(0).mean());
    }

    private static torch.Tensor Signs(torch.Tensor bits, torch.Tensor like) => (bits * 2 - 1).to(like.dtype);
}
