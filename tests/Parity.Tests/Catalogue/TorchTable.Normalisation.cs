using CudaNet.Ops;
using static TorchSharp.torch.nn;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddNormalisation()
    {
        Add<Softmax>((op, x) => functional.softmax(x[0], op.Axis));
        Add<LogSoftmax>((op, x) => functional.log_softmax(x[0], op.Axis));
        Add<LayerNorm>((op, x) => functional.layer_norm(x[0], x[0].shape[^op.NormalizedAxes..], x.ElementAtOrDefault(1), x.ElementAtOrDefault(2), op.Epsilon));
        Add<RmsNorm>((op, x) =>
        {
            var axes = Enumerable.Range(1, op.NormalizedAxes).Select(axis => -(long)axis).ToArray();
            var normalized = x[0] * (x[0].square().mean(axes, keepdim: true) + op.Epsilon).rsqrt();
            return x.Length > 1 ? normalized * x[1] : normalized;
        });
        Add<Standardize>((op, x) =>
        {
            var centred = x[0] - x[0].mean(Long(op.Axes), keepdim: true);
            return centred * (centred.square().mean(Long(op.Axes), keepdim: true) + op.Epsilon).rsqrt();
        });
    }
}
