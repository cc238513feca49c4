using CudaNet.Ops;
using TorchSharp;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddReductions()
    {
        Reduction<Sum>((x, axes) => x.sum(axes, keepdim: true));
    }

    /// <summary>Torch takes an empty list of axes for "all", and a scalar has none: then the value is passed through.</summary>
    private static void Reduction<TOp>(Func<torch.Tensor, long[], torch.Tensor> function) where TOp : Op, IReduction =>
        Add<TOp>((op, x) => op.Axes.Count > 0 ? function(x[0], Long(op.Axes)) : function(x[0].unsqueeze(0), [0]).squeeze(0));
}
