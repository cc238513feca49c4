using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch08_Normalisation;

/// <summary>Section 8.3.2: the use of instance normalisation: statistics are style (Huang, Belongie 2017).</summary>
internal sealed class Style() : CourseSystem("08.style", "Adaptive instance normalisation: content with another's statistics", "Style transfer is named as a use of instance normalisation.")
{
    private const int Side = 40;

    public override void Run(SystemContext context)
    {
        var (content, style) = Images();
        var result = AdaIn(content, style);
        context.Draw("style.png", new ImageSheet("Content, style, and content with the style's statistics", [Picture(content, "content"), Picture(style, "style"), Picture(result, "both")], 3, 4));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Tensor content = random.Normal([2, 5, 9, 9], 1, 3).Realize(), style = random.Uniform([2, 5, 7, 7], -4, 9).Realize();
        var result = AdaIn(content, style);
        yield return Figure.AtMost("channel means of the result minus the style's", Differences.Largest(result.Mean((int[])[2, 3]), style.Mean((int[])[2, 3])), 1e-4);
        yield return Figure.AtMost("channel deviations of the result minus the style's", Differences.Largest(result.Var((int[])[2, 3], 0).Sqrt(), style.Var((int[])[2, 3], 0).Sqrt()), 1e-4);
    }

    /// <summary>σ(s)·(x − μ(x))/σ(x) + μ(s), channel by channel.</summary>
    private static Tensor AdaIn(Tensor x, Tensor s) => x.GroupNorm((int)x.Shape[1], epsilon: 1e-10) * s.Var((int[])[2, 3], 0, true).Sqrt() + s.Mean((int[])[2, 3], true);

    /// <summary>A ring on a slope in greys, and a sunset of three colours.</summary>
    private static (Tensor Content, Tensor Style) Images()
    {
        Tensor y = Tensor.Linspace(-1, 1, Side).Reshape(1, 1, Side, 1), x = Tensor.Linspace(-1, 1, Side).Reshape(1, 1, 1, Side);
        var ring = (((x.Square() + y.Square()).Sqrt() - 0.6).Square() * -40).Exp() + (x + y) * 0.2;
        var sky = Tensor.Concat([(y * 0.4 + 0.6).ExpandTo([1, 1, Side, Side]), (y * 0.3 + 0.35).ExpandTo([1, 1, Side, Side]) + (x * 6).Sin() * 0.05, (0.55 - y * 0.3).ExpandTo([1, 1, Side, Side])], 1);
        return (ring.ExpandTo([1, 3, Side, Side]).Realize(), sky.Realize());
    }

    private static SheetImage Picture(Tensor image, string caption) =>
        new(Array.ConvertAll(image.Select(0, 0).Permute(1, 2, 0).ToDoubles(), v => (byte)Math.Clamp(255 * v, 0, 255)), Side, Side, caption) { Channels = 3 };
}
