using CudaNet.Ops;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddConvolution()
    {
        Add<Conv>((op, x) => Convolve(x[0], x[1], op.Geometry));
        // Both are linear in what they are the gradient of.
        Add<ConvInputGrad>((op, x) => Transposed(x[0], [x[0].shape[0], x[1].shape[1] * op.Geometry.Groups, .. op.Size],
            input => Convolve(input, x[1], op.Geometry)));
        Add<ConvWeightGrad>((op, x) => Transposed(x[1], [x[1].shape[1], x[0].shape[1] / op.Geometry.Groups, .. op.Kernel],
            weight => Convolve(x[0], weight, op.Geometry)));
    }

    private static torch.Tensor Convolve(torch.Tensor x, torch.Tensor weight, ConvGeometry geometry)
    {
        long[] stride = geometry.Stride.ToArray(), dilation = geometry.Dilation.ToArray();
        var padded = PadSpatial(x, geometry, 0);
        return geometry.Spatial switch
        {
            1 => functional.conv1d(padded, weight, null, stride[0], 0, dilation[0], geometry.Groups),
            2 => functional.conv2d(padded, weight, null, stride, [0, 0], dilation, geometry.Groups),
            _ => functional.conv3d(padded, weight, null, stride, [0, 0, 0], dilation, geometry.Groups),
        };
    }
}
