using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch13_AdversarialNetworks;

/// <summary>Section 13.2: an image of n × n pixels is a vector of n² numbers, column below column: v[j·n + i] = x[i, j].</summary>
internal sealed class ImageVector() : CourseSystem("13.image-vector", "An image as a vector, columns stacked", "n × n pixels become a vector of n², column below column.")
{
    private const int Side = 28;

    public override void Run(SystemContext context)
    {
        // Small enough that each element of the vector can be seen.
        const int side = 7;
        var digit = Digits.Load(context, 1, 1).TrainX.AvgPool2d(Side / side).Squeeze().Realize();
        var vector = ToVector(digit);
        context.Draw("image-vector.png", new ImageSheet("An image, its vector, and the vector read row by row instead",
            [Pictures.Grey(digit, "image"), Pictures.Grey(vector.Reshape(1, side * side).ExpandTo([side, side * side]), "its vector"), Pictures.Grey(vector.Reshape(side, side), "rows for columns")], 3, 6));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var x = context.Random().Normal([Side, Side]).Realize();
        var v = ToVector(x);
        yield return Figure.Equal("length of the vector", v.ElementCount, Side * Side);
        yield return Figure.AtMost("image to vector and back, minus the image", Differences.Largest(ToImage(v, Side), x), 0);
        float[] pixels = x.ToArray<float>(), elements = v.ToArray<float>();
        yield return Figure.Equal("elements that are not x[i, j] at j·n + i", Enumerable.Range(0, Side * Side).Count(k => elements[k] != pixels[k % Side * Side + k / Side]), 0);
        yield return Figure.AtLeast("elements that another order would put elsewhere", elements.Zip(pixels, (a, b) => a == b ? 0 : 1).Sum(), Side * Side - Side);
        yield return Figure.AtMost("gradient of the vector, as an image, minus differences", Differences.OfGradient(at => ToVector(at[0]).Square(), context.Random(1).Normal([4, 4])), 1e-5);
    }

    private static Tensor ToVector(Tensor image) => image.T.Flatten();

    private static Tensor ToImage(Tensor vector, int side) => vector.Reshape(side, side).T;
}
