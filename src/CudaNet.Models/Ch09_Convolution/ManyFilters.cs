using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch09_Convolution;

/// <summary>Section 9.1: a stack of filters.</summary>
internal sealed class ManyFilters() : CourseSystem("09.filters", "Many filters make an activation volume", "The stack of filters sets the depth of the result, and the spatial size shrinks.")
{
    public override void Run(SystemContext context)
    {
        var digit = Digits.Load(context, 1, 1).TrainX;
        var y = digit.Conv2d(context.Random().Normal([8, 1, 5, 5]));
        context.Draw("filters.png", new ImageSheet($"Eight random filters: {digit.Shape} to {y.Shape}", [.. Enumerable.Range(0, 8).Select(k => Pictures.Grey(y.Select(0, 0).Select(0, k)))], 4));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Tensor x = random.Normal([2, 3, 9, 9]).Realize(), w = random.Normal([6, 3, 4, 4]).Realize();
        var y = x.Conv2d(w);
        yield return Figure.Holds("6 filters of 4 × 4 on 9 × 9 give 6 maps of 6 × 6", y.Shape == new Shape(2, 6, 6, 6));
        yield return Figure.AtMost("6 maps minus 6 runs of one filter", Differences.Largest(y, Tensor.Concat([.. Enumerable.Range(0, 6).Select(k => x.Conv2d(w.Narrow(0, k, 1)))], 1)), 1e-5);
    }
}
