using CudaNet.Ops;
using TorchSharp;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddReductions()
    {
        Reduction<Sum>((x, axes) => x.sum(axes, keepdim: true));
        // The greatest truth value over nothing is false, the least true; torch has that under other names.
        Reduction<Max>((x, axes) => x.dtype == torch.ScalarType.Bool ? Each(x, axes, (y, axis) => y.any(axis, keepdim: true)) : x.amax(axes, keepdim: true));
        Reduction<Min>((x, axes) => x.dtype == torch.ScalarType.Bool ? Each(x, axes, (y, axis) => y.all(axis, keepdim: true)) : x.amin(axes, keepdim: true));
        // Torch multiplies along one axis at a time.
        Reduction<Prod>((x, axes) => Each(x, axes, (y, axis) => y.prod(axis, keepdim: true)));
        Add<ArgMax>((op, x) => ArgReduce(x[0], op.Axes, (flat, axis) => flat.argmax(axis)));
        Add<ArgMin>((op, x) => ArgReduce(x[0], op.Axes, (flat, axis) => flat.argmin(axis)));
    }

    /// <summary>Torch takes an empty list of axes for "all", and a scalar has none: then it gets one axis of size 1.</summary>
    private static void Reduction<TOp>(Func<torch.Tensor, long[], torch.Tensor> function) where TOp : Op, IReduction =>
        Add<TOp>((op, x) => op.Axes.Count > 0 ? function(x[0], Long(op.Axes)) : function(x[0].unsqueeze(-1), [x[0].ndim]).squeeze(-1));

    private static torch.Tensor Each(torch.Tensor x, long[] axes, Func<torch.Tensor, long, torch.Tensor> function) => axes.Aggregate(x, function);

    /// <summary>Torch's takes one axis: the folded ones are moved to the end and joined there.</summary>
    private static torch.Tensor ArgReduce(torch.Tensor x, Axes axes, Func<torch.Tensor, long, torch.Tensor> function)
    {
        var kept = Enumerable.Range(0, (int)x.ndim).Where(axis => !axes.Contains(axis)).Select(axis => (long)axis).ToArray();
        var shape = Enumerable.Range(0, (int)x.ndim).Select(axis => axes.Contains(axis) ? 1 : x.shape[axis]).ToArray();
        // Truth values have no order in torch.
        var ordered = x.dtype == torch.ScalarType.Bool ? x.to(torch.ScalarType.Byte) : x;
        var flat = ordered.permute([.. kept, .. Long(axes)]).reshape([.. kept.Select(axis => x.shape[axis]), FoldedCount(x, axes)]);
        return function(flat, -1).reshape(shape);
    }

    private static long FoldedCount(torch.Tensor x, Axes axes) => Long(axes).Aggregate(1L, (count, axis) => count * x.shape[axis]);
}
