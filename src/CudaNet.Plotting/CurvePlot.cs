using System.Globalization;
using ScottPlot;
using SkiaSharp;

namespace CudaNet.Plotting;

/// <summary>Named lines over one pair of axes, linear or logarithmic.</summary>
/// <param name="title">Above the plot; null for none.</param>
/// <param name="xLabel">Below the plot.</param>
/// <param name="yLabel">Left of the plot.</param>
public sealed class CurvePlot(string? title, string xLabel, string yLabel) : Picture
{
    /// <summary>Lines of few points show them.</summary>
    private const int MostMarkers = 40;

    private readonly List<CurveSeries> _series = [];

    /// <inheritdoc/>
    public override int Width => PictureWidth;

    /// <inheritdoc/>
    public override int Height => PictureHeight;

    /// <summary>Pixels across.</summary>
    public int PictureWidth { get; init; } = 800;

    /// <summary>Pixels down.</summary>
    public int PictureHeight { get; init; } = 500;

    /// <summary>Powers of ten along x; what is not above zero is left out.</summary>
    public bool LogX { get; init; }

    /// <summary>Powers of ten along y; what is not above zero is left out.</summary>
    public bool LogY { get; init; }

    /// <summary>Ticks of x at whole numbers only, as for epochs.</summary>
    public bool WholeX { get; init; }

    /// <summary>Lower end of y; by the values when null.</summary>
    public double? YMin { get; init; }

    /// <summary>Upper end of y; by the values when null.</summary>
    public double? YMax { get; init; }

    /// <summary>Adds a line.</summary>
    /// <exception cref="ArgumentException">There are not as many values as positions.</exception>
    public CurvePlot Add(CurveSeries series)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (series.X.Count != series.Y.Count)
            throw new ArgumentException($"CurvePlot: series \"{series.Name}\" has {series.X.Count} positions and {series.Y.Count} values. Give as many of both.", nameof(series));
        _series.Add(series);
        return this;
    }

    /// <summary>Adds a line.</summary>
    /// <inheritdoc cref="Add(CurveSeries)"/>
    public CurvePlot Add(string name, IReadOnlyList<double> x, IReadOnlyList<double> y) => Add(new CurveSeries(name, x, y));

    /// <inheritdoc/>
    protected override void Draw(SKCanvas canvas)
    {
        if (title is not null)
            PlotStyle.DrawTitle(canvas, title, Width);
        Draw(canvas, new SKRectI(6, title is null ? 6 : PlotStyle.TitleHeight - 6, Width - 10, Height - 6));
    }

    /// <summary>Draws axes and lines, without the title, into a part of a canvas.</summary>
    internal void Draw(SKCanvas canvas, SKRectI area)
    {
        using var plot = PlotStyle.NewPlot(xLabel, yLabel);
        var lines = new List<(double X, double Y)[]>();
        for (int i = 0; i < _series.Count; i++)
            lines.Add(AddTo(plot, _series[i], i));
        SetAxes(plot, lines);
        if (_series.Count > 1)
            plot.ShowLegend(EmptiestCorner(lines, plot.Axes.GetLimits()));
        else
            plot.HideLegend();
        PlotStyle.Render(plot, canvas, area);
    }

    /// <summary>Adds a line and gives its points that can be seen, as places on the axes.</summary>
    private (double X, double Y)[] AddTo(Plot plot, CurveSeries series, int index)
    {
        double[] x = [.. series.X.Select(value => Place(value, LogX))], y = [.. series.Y.Select(value => Place(value, LogY))];
        var points = x.Zip(y).Where(point => double.IsFinite(point.First) && double.IsFinite(point.Second)).ToArray();
        var line = plot.Add.Scatter(x, y);
        line.LegendText = series.Name;
        line.Color = PlotStyle.ToScott(PlotStyle.Color(series.ColorIndex ?? index));
        line.LineWidth = series.PointsOnly ? 0 : 2;
        line.LinePattern = series.Dashed ? LinePattern.Dashed : LinePattern.Solid;
        line.MarkerSize = series.PointsOnly || points.Length <= MostMarkers ? 6 : 0;
        return points;
    }

    private void SetAxes(Plot plot, List<(double X, double Y)[]> lines)
    {
        var bounds = new Bounds();
        foreach (var line in lines)
            foreach (var (x, y) in line)
                bounds.Include(x, y);
        var (left, right) = bounds.X(LogX || WholeX ? 0.5 : null);
        var (bottom, top) = bounds.Y(LogY ? 0.5 : null);
        double padX = (right - left) * 0.03, padY = (top - bottom) * 0.06;
        plot.Axes.SetLimits(left - padX, right + padX,
            YMin is { } low ? Place(low, LogY) : bottom - padY,
            YMax is { } high ? Place(high, LogY) : top + padY);
        if (LogX)
            SetPowersOfTen(plot.Axes.Bottom);
        else if (WholeX)
            plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true, TickDensity = 0.7 };
        if (LogY)
            SetPowersOfTen(plot.Axes.Left);
    }

    private static void SetPowersOfTen(IAxis axis)
    {
        axis.MinorTickStyle.Length = 3;
        axis.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
        {
            IntegerTicksOnly = true,
            MinorTickGenerator = new ScottPlot.TickGenerators.LogMinorTickGenerator(),
            LabelFormatter = power => Math.Pow(10, power).ToString(power is > -5 and < 6 ? "#,0.####" : "0E0", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The corner whose part of the plot holds least of the lines, so that the legend hides little.</summary>
    private static Alignment EmptiestCorner(List<(double X, double Y)[]> lines, AxisLimits limits)
    {
        const int Steps = 16;
        const double PartX = 0.35, PartY = 0.3;
        Span<int> hidden = stackalloc int[4];
        foreach (var line in lines)
            for (int i = 0; i < line.Length; i++)
                // Between two points there is a line to hide.
                for (int step = 0; step < (i + 1 < line.Length ? Steps : 1); step++)
                {
                    var (ax, ay) = line[i];
                    var (bx, by) = line[Math.Min(i + 1, line.Length - 1)];
                    double x = (ax + (bx - ax) * step / Steps - limits.Left) / (limits.Right - limits.Left);
                    double y = (ay + (by - ay) * step / Steps - limits.Bottom) / (limits.Top - limits.Bottom);
                    if (x > 1 - PartX && y > 1 - PartY) hidden[0]++;
                    if (x > 1 - PartX && y < PartY) hidden[1]++;
                    if (x < PartX && y > 1 - PartY) hidden[2]++;
                    if (x < PartX && y < PartY) hidden[3]++;
                }
        int best = 0;
        for (int corner = 1; corner < 4; corner++)
            if (hidden[corner] < hidden[best])
                best = corner;
        return best switch { 0 => Alignment.UpperRight, 1 => Alignment.LowerRight, 2 => Alignment.UpperLeft, _ => Alignment.LowerLeft };
    }

    private static double Place(double value, bool log)
    {
        double place = !log ? value : value > 0 ? Math.Log10(value) : double.NaN;
        return double.IsFinite(place) ? place : double.NaN;
    }

    /// <summary>The smallest rectangle around all points, widened where it has no size: by the half asked for, else by
    /// a tenth of the value.</summary>
    private struct Bounds
    {
        private double _left, _right, _bottom, _top;
        private bool _any;

        public void Include(double x, double y)
        {
            (_left, _right) = _any ? (Math.Min(_left, x), Math.Max(_right, x)) : (x, x);
            (_bottom, _top) = _any ? (Math.Min(_bottom, y), Math.Max(_top, y)) : (y, y);
            _any = true;
        }

        public readonly (double Low, double High) X(double? half) => Widened(_left, _right, half);

        public readonly (double Low, double High) Y(double? half) => Widened(_bottom, _top, half);

        private readonly (double Low, double High) Widened(double low, double high, double? half)
        {
            if (!_any)
                return (0, 1);
            double size = Math.Max(Math.Abs(low), Math.Abs(high));
            if (high - low > size * 1e-9)
                return (low, high);
            double by = half ?? (size > 0 ? size * 0.1 : 1);
            return (low - by, high + by);
        }
    }
}
