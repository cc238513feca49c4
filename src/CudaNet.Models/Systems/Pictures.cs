using CudaNet.Plotting;

namespace CudaNet.Models.Systems;

/// <summary>Pictures that several systems draw, from tensors.</summary>
internal static class Pictures
{
    /// <summary>What a model decides over the plane, with samples upon it.</summary>
    /// <param name="title">Above the plot.</param>
    /// <param name="scores">Points [n, 2] to scores: [n, classes], or [n] and [n, 1] where above 0 is class 1.</param>
    /// <param name="points">Samples [n, 2].</param>
    /// <param name="classes">Their classes [n].</param>
    public static DecisionBoundary Boundary(string title, Func<Tensor, Tensor> scores, Tensor points, Tensor classes)
    {
        const int side = 80;
        var area = Around(points);
        var values = scores(Tensor.From(area.GridPoints(side, side), [side * side, 2]));
        DecisionBoundary plot;
        if (values.Rank == 2 && values.Shape[1] > 1)
        {
            var best = values.ArgMax(-1).ToDoubles();
            plot = DecisionBoundary.OfClasses(title, area, Grid(best, side, side, v => (int)v));
        }
        else plot = DecisionBoundary.OfProbability(title, area, Grid(values.Sigmoid().ToDoubles(), side, side, v => v));
        double[] at = points.ToDoubles(), labels = classes.ToDoubles();
        for (var i = 0; i < Math.Min(labels.Length, 400); i++) plot.AddPoint(at[2 * i], at[2 * i + 1], (int)labels[i]);
        return plot;
    }

    /// <summary>Points of the plane, coloured by class.</summary>
    public static CurvePlot Scatter(string title, string xLabel, string yLabel, Tensor points, Tensor classes)
    {
        double[] at = points.ToDoubles(), labels = classes.ToDoubles();
        var width = (int)points.Shape[1];
        var plot = new CurvePlot(title, xLabel, yLabel);
        foreach (var group in Enumerable.Range(0, labels.Length).GroupBy(i => (int)labels[i]).OrderBy(group => group.Key))
            plot.Add(new CurveSeries($"{group.Key}", [.. group.Select(i => at[width * i])], [.. group.Select(i => at[width * i + 1])]) { PointsOnly = true, ColorIndex = group.Key });
        return plot;
    }

    /// <summary>A matrix as a grey image.</summary>
    /// <param name="values">[height, width].</param>
    /// <param name="caption">Above it.</param>
    /// <param name="low">What is black; the least value if null.</param>
    /// <param name="high">What is white; the greatest value if null.</param>
    public static SheetImage Grey(Tensor values, string caption = "", double? low = null, double? high = null)
    {
        var data = values.ToDoubles();
        double black = low ?? data.Min(), white = high ?? data.Max(), range = white > black ? white - black : 1;
        return new(Array.ConvertAll(data, v => (byte)Math.Clamp(255 * (v - black) / range, 0, 255)), (int)values.Shape[0], (int)values.Shape[1], caption);
    }

    /// <summary>A function over a rectangle as colours.</summary>
    public static FieldPlot Field(string title, PlotArea area, Func<double, double, double> function, int side = 160)
    {
        var points = area.GridPoints(side, side);
        var field = new double[side, side];
        for (var i = 0; i < side * side; i++) field[i / side, i % side] = function(points[2 * i], points[2 * i + 1]);
        return new(title, area, field);
    }

    /// <summary>Curves over the number of the step.</summary>
    public static CurvePlot Curves(string title, string yLabel, bool log, params ReadOnlySpan<(string Name, IReadOnlyList<double> Values)> curves) =>
        Over(new CurvePlot(title, "step", yLabel) { LogY = log }, 0, curves);

    /// <summary>Curves over the number of the epoch, from 1 on.</summary>
    public static CurvePlot Epochs(string title, string yLabel, bool log, params ReadOnlySpan<(string Name, IReadOnlyList<double> Values)> curves) =>
        Over(new CurvePlot(title, "epoch", yLabel) { LogY = log, WholeX = true }, 1, curves);

    /// <summary>A function of one variable.</summary>
    public static CurveSeries Curve(string name, double left, double right, Func<Tensor, Tensor> function, bool dashed = false)
    {
        var x = Tensor.Linspace(left, right, 401, DType.Float64);
        return new(name, x.ToDoubles(), function(x).ToDoubles()) { Dashed = dashed };
    }

    private static CurvePlot Over(CurvePlot plot, int first, ReadOnlySpan<(string Name, IReadOnlyList<double> Values)> curves)
    {
        foreach (var (name, values) in curves) plot.Add(name, [.. Enumerable.Range(first, values.Count).Select(k => (double)k)], values);
        return plot;
    }

    private static PlotArea Around(Tensor points)
    {
        double[] low = points.Min(0).ToDoubles(), high = points.Max(0).ToDoubles();
        double x = 0.1 * (high[0] - low[0]), y = 0.1 * (high[1] - low[1]);
        return new(low[0] - x, high[0] + x, low[1] - y, high[1] + y);
    }

    private static T[,] Grid<T>(double[] values, int rows, int columns, Func<double, T> map)
    {
        var grid = new T[rows, columns];
        for (var i = 0; i < values.Length; i++) grid[i / columns, i % columns] = map(values[i]);
        return grid;
    }
}
