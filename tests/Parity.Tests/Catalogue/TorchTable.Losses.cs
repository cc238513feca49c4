using CudaNet.Ops;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    // What torch takes for "no class is ignored"; no class has this number.
    private const long NoClass = -100;

    private static void AddLosses()
    {
        Add<CrossEntropyLosses>((op, x) => RowLosses(x[0], x[1], x.ElementAtOrDefault(2), op.IgnoreIndex, op.LabelSmoothing));
        Add<BinaryCrossEntropyLosses>((_, x) => functional.binary_cross_entropy(x[0], x[1], reduction: torch.nn.Reduction.None));
        Add<CrossEntropyGrad>((op, x) =>
        {
            var logits = x[0].requires_grad ? x[0] : x[0].detach().requires_grad_(true);
            var losses = RowLosses(logits, x[1], x.ElementAtOrDefault(3), op.IgnoreIndex, op.LabelSmoothing);
            return torch.autograd.grad([losses], [logits], [x[2]], retain_graph: true, create_graph: true)[0];
        });
    }

    private static torch.Tensor RowLosses(torch.Tensor logits, torch.Tensor targets, torch.Tensor? weight, long? ignore, double smoothing) =>
        weight is { requires_grad: true }
            ? WeightedRowLosses(logits, Indices(targets), weight, ignore, smoothing)
            : functional.cross_entropy(logits, Indices(targets), weight, ignore ?? NoClass, torch.nn.Reduction.None, smoothing);

    /// <summary>Torch's own cannot be differentiated by the weights, so where that is asked for, it is put together.</summary>
    private static torch.Tensor WeightedRowLosses(torch.Tensor logits, torch.Tensor targets, torch.Tensor weight, long? ignore, double smoothing)
    {
        var negative = -functional.log_softmax(logits, 1) * weight;
        var ofClass = negative.gather(1, targets.unsqueeze(1)).squeeze(1);
        var losses = ofClass * (1 - smoothing) + negative.sum(1) * (smoothing / logits.shape[1]);
        return ignore is { } number ? torch.where(targets.eq(number), torch.zeros_like(losses), losses) : losses;
    }
}
