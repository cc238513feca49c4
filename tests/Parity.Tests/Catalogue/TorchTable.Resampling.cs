using CudaNet.Ops;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddResampling() => Add<AffineSample>((op, x) =>
    {
        var images = x[0].to(x[1].dtype);
        long batch = images.shape[0], channels = images.shape[1], height = images.shape[2], width = images.shape[3];
        var result = batch * channels == 0
            ? images.new_zeros(batch, channels, op.Height, op.Width)
            : functional.grid_sample(images, functional.affine_grid(InHalves(x[1], height, width, op.Height, op.Width), [batch, channels, op.Height, op.Width], align_corners: false), torch.GridSampleMode.Bilinear,
                op.Padding == SamplePadding.Border ? torch.GridSamplePaddingMode.Border : torch.GridSamplePaddingMode.Zeros, align_corners: false);
        if (x.Length > 2) result = result * x[2].reshape(-1, 1, 1) + x[3].reshape(-1, 1, 1);
        return x[0].dtype == torch.ScalarType.Byte ? result : result.to(x[0].dtype);
    });

    /// <summary>Maps of pixels as torch wants them, of halves of a side from −1 to 1: pixel j of n is at (2·j + 1)/n − 1.</summary>
    private static torch.Tensor InHalves(torch.Tensor maps, long height, long width, long rows, long columns)
    {
        torch.Tensor Row(int first, long side)
        {
            var (a, b, c) = (maps.select(1, first), maps.select(1, first + 1), maps.select(1, first + 2));
            return torch.stack([a * columns / side, b * rows / side, (a * (columns - 1) + b * (rows - 1) + c * 2 + 1) / side - 1], 1);
        }

        return torch.stack([Row(0, width), Row(3, height)], 1);
    }
}
