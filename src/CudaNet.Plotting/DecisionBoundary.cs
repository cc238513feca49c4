using ScottPlot;
using SkiaSharp;

namespace CudaNet.Plotting;

/// <summary>What a model decides over a part of the plane, as tinted ground, with samples as points upon it.</summary>
public sealed class DecisionBoundary : Picture
{
    /// <summary>Ground is paler than the points of its class.</summary>
    private const double Tint = 0.45;

    private readonly string _title;
    private readonly PlotArea _area;
    private readonly SKColor[,] _ground;
    private readonly double[,]? _probability;
    private readonly List<(double X, double Y, int Class)> _points = [];

    private DecisionBoundary(string title, PlotArea area, SKColor[,] ground, double[,]? probability)
    {
        if (!(area.Right > area.Left && area.Top > area.Bottom))
            throw new ArgumentException($"DecisionBoundary: the area {area} has no size. Give left < right and bottom < top.", nameof(area));
        if (ground.Length == 0)
            throw new ArgumentException("DecisionBoundary: the grid is empty. Give at least one row and column.", nameof(ground));
        (_title, _area, _ground, _probability) = (title, area, ground, probability);
    }

    /// <summary>Pixels across.</summary>
    public override int Width => _points.Count > 0 ? 760 : 640;

    /// <summary>Pixels down.</summary>
    public override int Height => 600;

    /// <summary>Below the plot.</summary>
    public string XLabel { get; init; } = "x₁";

    /// <summary>Left of the plot.</summary>
    public string YLabel { get; init; } = "x₂";

    /// <summary>Names of the classes for the legend; numbers when null.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>Two classes: ground by the probability of class 1, with a line at one half.</summary>
    /// <param name="title">Above the plot.</param>
    /// <param name="area">The part of the plane that the grid covers.</param>
    /// <param name="probability">[rows, columns] from 0 to 1, the lowest row first, as of <see cref="PlotArea.GridPoints"/>; NaN is grey.</param>
    public static DecisionBoundary OfProbability(string title, PlotArea area, double[,] probability)
    {
        ArgumentNullException.ThrowIfNull(probability);
        return new DecisionBoundary(title, area, Map(probability, p => double.IsNaN(p) ? PlotStyle.Grid
            : PlotStyle.Mix(PlotStyle.Background, PlotStyle.Color(p < 0.5 ? 0 : 1), (0.15 + 0.85 * Math.Abs(p - 0.5) * 2) * Tint)), probability);
    }

    /// <summary>Any number of classes: ground by the class.</summary>
    /// <param name="title">Above the plot.</param>
    /// <param name="area">The part of the plane that the grid covers.</param>
    /// <param name="classes">[rows, columns] of class numbers, the lowest row first, as of <see cref="PlotArea.GridPoints"/>.</param>
    public static DecisionBoundary OfClasses(string title, PlotArea area, int[,] classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return new DecisionBoundary(title, area, Map(classes, c => PlotStyle.Mix(PlotStyle.Background, PlotStyle.Color(c), Tint)), null);
    }

    /// <summary>Adds a sample with its true class.</summary>
    public DecisionBoundary AddPoint(double x, double y, int @class)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(@class);
        _points.Add((x, y, @class));
        return this;
    }

    /// <inheritdoc/>
    protected override void Draw(SKCanvas canvas)
    {
        PlotStyle.DrawTitle(canvas, _title, Width);
        using var plot = PlotStyle.NewPlot(XLabel, YLabel);
        using var ground = ToImage();
        plot.Add.ImageRect(ground, new CoordinateRect(_area.Left, _area.Right, _area.Bottom, _area.Top));
        if (_probability is not null)
            AddBorder(plot, _probability);
        foreach (var group in _points.GroupBy(point => point.Class).OrderBy(group => group.Key))
        {
            var points = plot.Add.ScatterPoints(group.Select(point => point.X).ToArray(), group.Select(point => point.Y).ToArray());
            points.LegendText = ClassNames is not null && group.Key < ClassNames.Count ? ClassNames[group.Key] : $"class {group.Key}";
            points.MarkerStyle = new MarkerStyle(MarkerShape.FilledCircle, 9, PlotStyle.ToScott(PlotStyle.Color(group.Key)))
            {
                OutlineColor = Colors.White,
                OutlineWidth = 1,
            };
        }
        plot.Axes.SetLimits(_area.Left, _area.Right, _area.Bottom, _area.Top);
        if (_points.Count > 0)
            plot.ShowLegend(Edge.Right);
        PlotStyle.Render(plot, canvas, new SKRectI(6, PlotStyle.TitleHeight - 6, Width - 10, Height - 6));
    }

    /// <summary>The line of probability one half, straight pieces in each square between four middles (marching squares).</summary>
    private void AddBorder(Plot plot, double[,] p)
    {
        double stepX = (_area.Right - _area.Left) / p.GetLength(1), stepY = (_area.Top - _area.Bottom) / p.GetLength(0);
        var xs = new List<double>();
        var ys = new List<double>();
        Span<(double X, double Y)> cuts = stackalloc (double, double)[4];
        for (int i = 0; i + 1 < p.GetLength(0); i++)
            for (int j = 0; j + 1 < p.GetLength(1); j++)
            {
                double a = p[i, j] - 0.5, b = p[i, j + 1] - 0.5, c = p[i + 1, j + 1] - 0.5, d = p[i + 1, j] - 0.5;
                int count = 0;
                // Around the square, so that cuts come in the order of its sides.
                if (a < 0 != b < 0) cuts[count++] = (j + a / (a - b), i);
                if (b < 0 != c < 0) cuts[count++] = (j + 1, i + b / (b - c));
                if (c < 0 != d < 0) cuts[count++] = (j + d / (d - c), i + 1);
                if (d < 0 != a < 0) cuts[count++] = (j, i + a / (a - d));
                for (int k = 0; k + 1 < count; k += 2)
                {
                    foreach (var (x, y) in cuts.Slice(k, 2))
                    {
                        xs.Add(_area.Left + (x + 0.5) * stepX);
                        ys.Add(_area.Bottom + (y + 0.5) * stepY);
                    }
                    // A gap between pieces.
                    xs.Add(double.NaN);
                    ys.Add(double.NaN);
                }
            }
        if (xs.Count == 0)
            return;
        var line = plot.Add.ScatterLine(xs.ToArray(), ys.ToArray());
        line.Color = PlotStyle.ToScott(PlotStyle.Ink);
        line.LineWidth = 1.5f;
    }

    private ScottPlot.Image ToImage()
    {
        int rows = _ground.GetLength(0), columns = _ground.GetLength(1);
        using var bitmap = new SKBitmap(columns, rows, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                bitmap.SetPixel(column, rows - 1 - row, _ground[row, column]);
        return new ScottPlot.Image(bitmap);
    }

    private static SKColor[,] Map<T>(T[,] grid, Func<T, SKColor> color)
    {
        var colors = new SKColor[grid.GetLength(0), grid.GetLength(1)];
        for (int i = 0; i < grid.GetLength(0); i++)
            for (int j = 0; j < grid.GetLength(1); j++)
                colors[i, j] = color(grid[i, j]);
        return colors;
    }
}
