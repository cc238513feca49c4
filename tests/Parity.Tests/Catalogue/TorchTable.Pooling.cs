using CudaNet.Ops;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddPooling()
    {
        Add<MaxPool>((op, x) => MaxPoolOf(x[0], op.Geometry, op.Kernel));
        Add<MaxPoolGrad>((op, x) =>
        {
            var input = x[0].requires_grad ? x[0] : x[0].detach().requires_grad_(true);
            return torch.autograd.grad([MaxPoolOf(input, op.Geometry, op.Kernel)], [input], [x[1]], retain_graph: true, create_graph: true)[0];
        });
        Add<AvgPool>((op, x) => AvgPoolOf(x[0], op.Geometry, op.Kernel, op.Counted));
        Add<AvgPoolGrad>((op, x) => Transposed(x[0], [.. x[0].shape[..2], .. op.Size], input => AvgPoolOf(input, op.Geometry, op.Kernel, op.Counted)));
    }

    private static torch.Tensor MaxPoolOf(torch.Tensor x, ConvGeometry geometry, Shape kernel)
    {
        var padded = PadSpatial(x, geometry, double.NegativeInfinity);
        long[] size = kernel.ToArray(), stride = geometry.Stride.ToArray(), dilation = geometry.Dilation.ToArray(), none = new long[kernel.Rank];
        return geometry.Spatial switch
        {
            1 => functional.max_pool1d(padded, size[0], stride[0], 0, dilation[0]),
            2 => functional.max_pool2d(padded, size, stride, none, dilation),
            _ => functional.max_pool3d(padded, size, stride, none, dilation),
        };
    }

    private static torch.Tensor AvgPoolOf(torch.Tensor x, ConvGeometry geometry, Shape kernel, Integers counted)
    {
        long[] size = kernel.ToArray(), stride = geometry.Stride.ToArray(), low = geometry.Low.ToArray();
        // Ours has resolved torch's ceil mode into a wider border behind.
        var ceilMode = !geometry.High.Equals(geometry.Low);
        var countBorder = !counted.Span.Contains(-1);
        return geometry.Spatial switch
        {
            1 => functional.avg_pool1d(x, size[0], stride[0], low[0], ceilMode, countBorder),
            2 => functional.avg_pool2d(x, size, stride, low, ceilMode, countBorder),
            _ => functional.avg_pool3d(x, size, stride, low, ceilMode, countBorder),
        };
    }

    /// <summary>Torch pads both sides alike, so borders are put there before; its list runs from the last axis backwards.</summary>
    private static torch.Tensor PadSpatial(torch.Tensor x, ConvGeometry geometry, double value)
    {
        var sides = new List<long>();
        for (var axis = geometry.Spatial - 1; axis >= 0; axis--)
            sides.AddRange([geometry.Low[axis], geometry.High[axis]]);
        return functional.pad(x, [.. sides], PaddingModes.Constant, value);
    }
}
