using CudaNet.Models.Systems;
using CudaNet.Nn.Data;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7, figure 25: the loss as a surface over the weights.</summary>
internal sealed class ErrorSurface() : CourseSystem("07.error-surface", "The error surface of two weights",
    "The loss of one weight is a parabola, that of two has ellipses for contours.")
{
    private const int Side = 201;

    public override void Run(SystemContext context)
    {
        var (a, b) = (Samples(context), Exact(context));
        var plot = new FieldPlot("Loss over slope and offset of a line", Area(b), Grid(context)) { XLabel = "slope", YLabel = "offset" };
        context.Draw("error-surface.png", plot.Add(new CurveSeries("minimum", [b.Slope], [b.Offset]) { PointsOnly = true }));
        context.Out.WriteLine($"minimum at slope {b.Slope:F4}, offset {b.Offset:F4}, from {a.X.Shape[0]} samples");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var exact = Exact(context);
        var grid = Grid(context);
        int best = Enumerable.Range(0, Side * Side).MinBy(k => grid[k / Side, k % Side]);
        var area = Area(exact);
        double cell = (area.Right - area.Left) / Side;
        yield return Figure.AtMost("least point of the grid minus the exact slope, in cells", Math.Abs(area.Left + (best % Side + 0.5) * cell - exact.Slope) / cell, 1);
        yield return Figure.AtMost("the same for the offset", Math.Abs(area.Bottom + (best / Side + 0.5) * cell - exact.Offset) / cell, 1);
    }

    private static PlotArea Area((double Slope, double Offset) at) => new(at.Slope - 1.03, at.Slope + 0.97, at.Offset - 0.96, at.Offset + 1.04);

    private static (Tensor X, Tensor Y) Samples(SystemContext context)
    {
        var x = context.Random().Uniform([40], -1, 1, DType.Float64);
        return (x.Realize(), (x * 2 + 1 + context.Random(1).Normal([40], 0, 0.2, DType.Float64)).Realize());
    }

    private static (double Slope, double Offset) Exact(SystemContext context)
    {
        var (x, y) = Samples(context);
        var w = Linalg.LeastSquares(Tensor.Stack([x, x.OnesLike()], 1), y.Unsqueeze(1)).ToDoubles();
        return (w[0], w[1]);
    }

    private static double[,] Grid(SystemContext context)
    {
        var (x, y) = Samples(context);
        var points = Tensor.From(Area(Exact(context)).GridPoints(Side, Side), [Side * Side, 2]).To(DType.Float64);
        var loss = (points.Narrow(1, 0, 1) * x + points.Narrow(1, 1, 1) - y).Square().Mean(1).ToDoubles();
        var grid = new double[Side, Side];
        for (var k = 0; k < loss.Length; k++) grid[k / Side, k % Side] = loss[k];
        return grid;
    }
}
