using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Training;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch12_Autoencoders;

/// <summary>Section 12.1 (Ronneberger, Fischer, Brox 2015): the notes give no sizes; here 8, 16 and 32 channels on 32, 16 and 8 rows.</summary>
internal sealed class UNetSystem() : CourseSystem("12.unet", "U-Net: where the blobs are", "An encoder of convolutions and downsampling, a decoder of upsampling and convolutions, symmetric skip connections.")
{
    public override void Run(SystemContext context)
    {
        var (net, losses) = Blobs.Train(context, context.Pick(120, 80), true);
        var test = Blobs.Make(context.Random(3), 64);
        var masks = test.Predict(net);
        context.Out.WriteLine($"{net}: {net.ParameterCount} parameters, IoU {Segmentation.IntersectionOverUnion(masks, test.Masks):F3}");
        context.Draw("unet.png", Blobs.Sheet("Images that were never seen", 8, ("image", test.Images), ("mask", test.Masks), ("U-Net", masks)));
        context.Draw("unet-loss.png", Pictures.Curves("Cross entropy and Dice loss", "loss", true, ("loss", losses)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var sizes = new UNet(1, 3, 4, 2, random: context.Random());
        yield return Figure.Holds("45 × 37 pixels give 45 × 37 scores of 3 classes", sizes.Forward(Tensor.Zeros([1, 1, 45, 37])).Shape == new Shape(1, 3, 45, 37));
        var (net, _) = Blobs.Train(context, context.Pick(120, 80), true);
        var test = Blobs.Make(context.Random(3), 64);
        var masks = test.Predict(net);
        yield return Figure.AtLeast("intersection over union on other images", Segmentation.IntersectionOverUnion(masks, test.Masks), 0.9);
        yield return Figure.Report("Dice coefficient", Segmentation.Dice(masks, test.Masks));
    }
}

/// <summary>Section 12.1: what pooling loses, the skip connection keeps.</summary>
internal sealed class SkipConnections() : CourseSystem("12.skip-connections", "Skip connections: sharp borders", "They carry low-level detail to the decoder for localisation.")
{
    public override void Run(SystemContext context)
    {
        var test = Blobs.Make(context.Random(3), 64);
        Tensor with = test.Predict(Blobs.Train(context, context.Pick(80, 50), true).Net), without = test.Predict(Blobs.Train(context, context.Pick(80, 50), false).Net);
        context.Out.WriteLine($"boundary IoU with skips {Segmentation.BoundaryIntersectionOverUnion(with, test.Masks):F3}, without {Segmentation.BoundaryIntersectionOverUnion(without, test.Masks):F3}");
        context.Draw("skip-connections.png", Blobs.Sheet("The same net with and without skip connections", 8, ("image", test.Images), ("mask", test.Masks), ("with skips", with), ("without", without)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var test = Blobs.Make(context.Random(3), 64);
        Tensor with = test.Predict(Blobs.Train(context, context.Pick(80, 50), true).Net), without = test.Predict(Blobs.Train(context, context.Pick(80, 50), false).Net);
        double sharp = Segmentation.BoundaryIntersectionOverUnion(with, test.Masks), blurred = Segmentation.BoundaryIntersectionOverUnion(without, test.Masks);
        yield return Figure.AtLeast("boundary IoU with skips minus without", sharp - blurred, 0.02);
        yield return Figure.Report("boundary IoU with skips", sharp);
        yield return Figure.Report("boundary IoU without", blurred);
        // A join of channels splits the gradient: each part gets its own, as it is.
        Tensor a = context.Random(4).Normal([1, 2, 3, 3], type: DType.Float64).Realize(), b = context.Random(5).Normal([1, 1, 3, 3], type: DType.Float64).Realize(), w = context.Random(6).Normal([1, 3, 3, 3], type: DType.Float64).Realize();
        var split = Grad.Of((Tensor.Concat([a, b], 1) * w).Sum(), [a, b]);
        yield return Figure.AtMost("gradients of the joined parts minus the parts of the gradient", Math.Max(Differences.Largest(split[0], w.Narrow(1, 0, 2)), Differences.Largest(split[1], w.Narrow(1, 2, 1))), 0);
    }
}
