using CudaNet.Ops;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchFunctions
{
    private static Shape Images => [4, 3, 5, 6];
    private static Shape Channels => [3];

    private static IEnumerable<FunctionCase> Normalisation()
    {
        SampleInput images = new(Images, Domain.Any), channels = new(Channels, Domain.Any), positive = new(Channels, Domain.Positive), six = new([6], Domain.Any);
        yield return Of("BatchNorm", "training", [images, channels, channels],
            x => x[0].BatchNormTraining(x[1], x[2]).Normalized,
            x => functional.batch_norm(x[0], torch.zeros(3, dtype: x[0].dtype), torch.ones(3, dtype: x[0].dtype), x[1], x[2], training: true));
        yield return Of("BatchNorm", "inference", [images, channels, positive, channels, channels],
            x => x[0].BatchNorm(x[1], x[2], x[3], x[4]),
            x => functional.batch_norm(x[0], x[1], x[2], x[3], x[4], training: false)) with
        { FirstConstant = 1 };
        yield return Of("GroupNorm", "", [new SampleInput([2, 6, 4, 3], Domain.Any), six, six],
            x => x[0].GroupNorm(3, x[1], x[2]), x => functional.group_norm(x[0], 3, x[1], x[2]));
    }

    private static IEnumerable<FunctionCase> Pooling()
    {
        yield return Of("AdaptiveAvgPool", "does not divide", [2, 3, 7, 5], x => x.AdaptiveAvgPool2d([3, 2]), x => functional.adaptive_avg_pool2d(x, [3, 2]));
        yield return Of("AdaptiveAvgPool", "divides", [2, 3, 6, 4], x => x.AdaptiveAvgPool2d(2), x => functional.adaptive_avg_pool2d(x, [2, 2]));
        yield return Of("AdaptiveAvgPool", "one axis", [2, 3, 7], x => x.AdaptiveAvgPool1d(3), x => functional.adaptive_avg_pool1d(x, 3));
        yield return Of("AdaptiveAvgPool", "three axes", [2, 2, 4, 5, 3], x => x.AdaptiveAvgPool3d([2, 3, 1]), x => functional.adaptive_avg_pool3d(x, [2, 3, 1]));
        // TorchSharp's function for three axes returns nothing.
        yield return Of("AdaptiveMaxPool", "one axis", [2, 3, 7], x => x.AdaptiveMaxPool1d(3), x => functional.adaptive_max_pool1d(x, 3));
        yield return Of("AdaptiveMaxPool", "does not divide", [2, 3, 7, 5], x => x.AdaptiveMaxPool2d([3, 2]), x => functional.adaptive_max_pool2d(x, [3, 2]));
        yield return Of("AdaptiveMaxPool", "divides", [2, 3, 6, 4], x => x.AdaptiveMaxPool2d(2), x => functional.adaptive_max_pool2d(x, [2, 2]));
        yield return Of("LpPool", "images", [2, 3, 7, 8], x => x.Abs().LpPool2d(2, 3, 2), x => functional.lp_pool2d(x.abs(), 2, 3, 2));
        yield return Of("LpPool", "one axis, cubes", [2, 3, 9], x => x.Abs().LpPool1d(3, 3), x => functional.lp_pool1d(x.abs(), 3, 3));
        yield return Of("Interpolate", "nearest", [2, 3, 5, 3], x => x.Interpolate([7, 6]), x => functional.interpolate(x, [7L, 6]));
        yield return Of("Interpolate", "linear", [2, 3, 5], x => x.Interpolate(8, InterpolationMode.Linear), x => functional.interpolate(x, [8L], mode: torch.InterpolationMode.Linear));
        yield return Of("Interpolate", "bilinear", [2, 3, 5, 3], x => x.Interpolate([7, 6], InterpolationMode.Linear), x => functional.interpolate(x, [7L, 6], mode: torch.InterpolationMode.Bilinear));
        yield return Of("Interpolate", "bilinear, smaller", [2, 3, 5, 7], x => x.Interpolate([2, 3], InterpolationMode.Linear), x => functional.interpolate(x, [2L, 3], mode: torch.InterpolationMode.Bilinear));
        yield return Of("Interpolate", "bilinear, corners aligned", [2, 3, 5, 3], x => x.Interpolate([7, 6], InterpolationMode.Linear, true), x => functional.interpolate(x, [7L, 6], mode: torch.InterpolationMode.Bilinear, align_corners: true));
        yield return Of("Interpolate", "trilinear", [1, 2, 2, 3, 4], x => x.Interpolate([3, 6, 5], InterpolationMode.Linear), x => functional.interpolate(x, [3L, 6, 5], mode: torch.InterpolationMode.Trilinear));
    }

    private static IEnumerable<FunctionCase> Losses()
    {
        SampleInput[] pair = [new([5, 7], Domain.Any), new([5, 7], Domain.Any)];
        yield return Of("MseLoss", "mean", pair, x => x[0].MseLoss(x[1]), x => functional.mse_loss(x[0], x[1]));
        yield return Of("MseLoss", "sum", pair, x => x[0].MseLoss(x[1], LossReduction.Sum), x => functional.mse_loss(x[0], x[1], Reduction.Sum));
        yield return Of("L1Loss", "", pair, x => x[0].L1Loss(x[1]), x => functional.l1_loss(x[0], x[1]));
        yield return Of("HuberLoss", "delta 0.7", pair, x => x[0].HuberLoss(x[1], delta: 0.7), x => functional.huber_loss(x[0], x[1], delta: 0.7));
        yield return Of("SmoothL1Loss", "beta 0.7", pair, x => x[0].SmoothL1Loss(x[1], beta: 0.7), x => functional.smooth_l1_loss(x[0], x[1], beta: 0.7));
        yield return Of("BinaryCrossEntropyWithLogits", "", [pair[0], new([5, 7], new Domain(0, 1))],
            x => x[0].BinaryCrossEntropyWithLogits(x[1]), x => functional.binary_cross_entropy_with_logits(x[0], x[1]));

        SampleInput logits = new([9, 4], Domain.Any), classes = new([9], Domain.Integers(0, 3), Type: DType.Int64), weights = new([4], Domain.Positive);
        yield return Of("CrossEntropy", "", [logits, classes], x => x[0].CrossEntropy(x[1]), x => functional.cross_entropy(x[0], x[1]));
        yield return Of("CrossEntropy", "weights, smoothing", [logits, classes, weights],
            x => x[0].CrossEntropy(x[1], weight: x[2], labelSmoothing: 0.1), x => functional.cross_entropy(x[0], x[1], x[2], label_smoothing: 0.1)) with
        { FirstConstant = 1 };
        yield return Of("CrossEntropy", "ignored class, sum", [logits, classes],
            x => x[0].CrossEntropy(x[1], LossReduction.Sum, ignoreIndex: 2), x => functional.cross_entropy(x[0], x[1], ignore_index: 2, reduction: Reduction.Sum));
        yield return Of("CrossEntropy", "probabilities", [logits, new([9, 4], new Domain(0, 1))], x => x[0].CrossEntropy(x[1]), x => functional.cross_entropy(x[0], x[1]));
        yield return Of("NllLoss", "", [logits, classes], x => x[0].LogSoftmax(1).NllLoss(x[1]), x => functional.nll_loss(functional.log_softmax(x[0], 1), x[1]));
        yield return Of("NllLoss", "weights", [logits, classes, weights],
            x => x[0].LogSoftmax(1).NllLoss(x[1], weight: x[2]), x => functional.nll_loss(functional.log_softmax(x[0], 1), x[1], x[2])) with
        { FirstConstant = 1 };
    }

    private static IEnumerable<FunctionCase> Attention()
    {
        // Torch has it for nested tensors on a card only; each sequence by itself is what it means.
        int[] starts = [0, 3, 4, 9];
        foreach (var causal in new[] { false, true })
            yield return Of("VarlenAttention", causal ? "causal" : "full", [new SampleInput([9, 2, 8], new(-1, 1)), new([9, 2, 8], new(-1, 1)), new([9, 2, 8], new(-1, 1))],
                x => x[0].VarlenAttention(x[1], x[2], Tensor.From(starts), causal: causal),
                x => torch.cat([.. starts[1..].Select((end, k) =>
                {
                    torch.Tensor Part(int input) => x[input].narrow(0, starts[k], end - starts[k]).transpose(0, 1).unsqueeze(0);
                    return functional.scaled_dot_product_attention(Part(0), Part(1), Part(2), is_casual: causal).squeeze(0).transpose(0, 1);
                })]));
    }
}
