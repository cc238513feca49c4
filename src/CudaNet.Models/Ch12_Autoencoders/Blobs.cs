using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Training;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch12_Autoencoders;

/// <summary>Bright ellipses on an uneven ground with noise, like lesions in a scan, and the masks of where they are.</summary>
/// <param name="Images">[n, 1, side, side].</param>
/// <param name="Masks">1 inside, [n, 1, side, side].</param>
internal sealed record Blobs(Tensor Images, Tensor Masks)
{
    public const int Side = 32;

    public static Blobs Make(RandomStream random, int count)
    {
        const int most = 3;
        var at = Tensor.Arange(0, Side, 1.0);
        Tensor y = at.Reshape(1, 1, Side, 1), x = at.Reshape(1, 1, 1, Side);
        Tensor Draw(double low, double high) => random.Uniform([count, most, 1, 1], low, high);
        var (dy, dx, angle) = (y - Draw(5, Side - 5), x - Draw(5, Side - 5), Draw(0, Math.PI));
        var (u, v) = ((dx * angle.Cos() + dy * angle.Sin()) / Draw(3, 7), (dy * angle.Cos() - dx * angle.Sin()) / Draw(3, 7));
        // The first blob is always there, the others half of the time.
        var there = Tensor.From([1f, 0.5f, 0.5f], [1, most, 1, 1]) >= random.Uniform([count, most, 1, 1]);
        var masks = ((u * u + v * v < 1) & there).To(DType.Float32).Max(1, keepDims: true);
        var ground = (x * random.Uniform([count, 1, 1, 1], -0.3, 0.3) + y * random.Uniform([count, 1, 1, 1], -0.3, 0.3)) / Side;
        var images = masks * random.Uniform([count, 1, 1, 1], 0.4, 0.7) + ground + random.Normal([count, 1, Side, Side], 0.2, 0.15);
        return new(images.Realize(), masks.Realize());
    }

    /// <summary>A U-Net that is trained on blobs by cross entropy of each pixel, and the Dice loss beside it.</summary>
    public static (UNet Net, double[] Losses) Train(SystemContext context, int steps, bool skips)
    {
        const int batch = 16;
        var train = Make(context.Random(1), 20 * batch);
        var net = new UNet(1, 1, 8, 2, skips: skips, random: context.Random(2));
        var losses = Learn.Steps(new Adam(net.Parameters(), 5e-3), steps, k => [train.Images.Narrow(0, k % 20 * batch, batch).Realize(), train.Masks.Narrow(0, k % 20 * batch, batch).Realize()], data =>
        {
            var logits = net.Forward(data[0]);
            return Loss.BinaryCrossEntropyWithLogits(logits, data[1]) + Loss.Dice(logits.Sigmoid(), data[1]);
        });
        return (net.Eval(), losses);
    }

    public Tensor Predict(Module net) => (net.Forward(Images) > 0).Realize();

    public static ImageSheet Sheet(string title, int columns, params ReadOnlySpan<(string Caption, Tensor Images)> rows)
    {
        var images = new List<SheetImage>();
        foreach (var (caption, row) in rows)
            for (var k = 0; k < columns; k++) images.Add(Pictures.Grey(row.Select(0, k).Squeeze().To(DType.Float32), k == 0 ? caption : "", 0, 1));
        return new(title, images, columns, 3);
    }
}
