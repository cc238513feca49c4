using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Training;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch12_Autoencoders;

/// <summary>Section 12.1: a class for each pixel.</summary>
internal sealed class SegmentationSystem() : CourseSystem("12.segmentation", "Semantic segmentation: losses and measures of masks", "A class for each pixel, as a binary or a multiclass mask; tumours are an example.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var blobs = Blobs.Make(context.Random(), 8);
        context.Draw("segmentation.png", Blobs.Sheet("Images and the masks that are wanted", 8, ("image", blobs.Images), ("mask", blobs.Masks)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        // Of 16 pixels 4 are in A, 6 in B and 3 in both: 3/7 and 2·3/10.
        var a = Tensor.From(new[,] { { 1f, 1, 0, 0 }, { 1, 1, 0, 0 }, { 0, 0, 0, 0 }, { 0, 0, 0, 0 } });
        var b = Tensor.From(new[,] { { 1f, 1, 1, 0 }, { 1, 0, 1, 0 }, { 0, 0, 1, 0 }, { 0, 0, 0, 0 } });
        yield return Figure.Equal("intersection over union made by hand", Segmentation.IntersectionOverUnion(a, b), 3.0 / 7, 1e-12);
        yield return Figure.Equal("Dice coefficient made by hand", Segmentation.Dice(a, b), 0.6, 1e-7);
        yield return Figure.AtMost("Dice minus 2·IoU/(1 + IoU)", Math.Abs(Segmentation.Dice(a, b) - 2 * (3.0 / 7) / (1 + 3.0 / 7)), 1e-7);
        var confusion = new ConfusionMatrix([.. b.ToDoubles().Select(v => (int)v)], [.. a.ToDoubles().Select(v => (int)v)], 2);
        yield return Figure.Equal("mean over inside and outside: (3/7 + 9/13)/2", confusion.MeanIntersectionOverUnion, (3.0 / 7 + 9.0 / 13) / 2, 1e-12);
        var random = context.Random();
        Tensor logits = random.Normal([2, 3, 4, 5], type: DType.Float64).Realize(), classes = random.Integers([2, 4, 5], 0, 3).Realize();
        // Pixels as rows of a table are the same problem.
        yield return Figure.AtMost("cross entropy of pixels minus that of rows", Math.Abs(Loss.CrossEntropy(logits, classes).Item() - Loss.CrossEntropy(logits.Permute(0, 2, 3, 1).Reshape(40, 3), classes.Flatten()).Item()), 1e-12);
        yield return Figure.AtMost("gradient of the Dice loss minus differences", Differences.OfGradient(t => Loss.Dice(t[0].Sigmoid(), classes.Unsqueeze(1).Eq(1).To(DType.Float64)), logits.Narrow(1, 0, 1)), 1e-5);
    }
}
