using CudaNet.Ops;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddNormalisation()
    {
        Add<Softmax>((op, x) => functional.softmax(x[0], op.Axis));
        Add<LogSoftmax>((op, x) => functional.log_softmax(x[0], op.Axis));
        Add<LayerNorm>((op, x) => functional.layer_norm(x[0], x[0].shape[^op.NormalizedAxes..], x.ElementAtOrDefault(1), x.ElementAtOrDefault(2), op.Epsilon));
        Add<RmsNorm>((op, x) => InFloat32(x, y =>
        {
            var axes = Enumerable.Range(1, op.NormalizedAxes).Select(axis => -(long)axis).ToArray();
            var normalized = y[0] * (y[0].square().mean(axes, keepdim: true) + op.Epsilon).rsqrt();
            return y.Length > 1 ? normalized * y[1] : normalized;
        }));
        Add<Standardize>((op, x) => InFloat32(x, y =>
        {
            var centred = y[0] - y[0].mean(Long(op.Axes), keepdim: true);
            return centred * (centred.square().mean(Long(op.Axes), keepdim: true) + op.Epsilon).rsqrt();
        }));
    }

    /// <summary>For compositions of several functions, which torch would round to the half type one by one. Class numbers stay.</summary>
    private static torch.Tensor InFloat32(torch.Tensor[] x, Func<torch.Tensor[], torch.Tensor> function) =>
        x[0].dtype is torch.ScalarType.Float16 or torch.ScalarType.BFloat16
            ? function(Array.ConvertAll(x, one => torch.is_floating_point(one) ? one.to(torch.ScalarType.Float32) : one)).to(x[0].dtype)
            : function(x);
}
