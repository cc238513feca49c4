using ScottPlot;
using SkiaSharp;

namespace CudaNet.Plotting;

/// <summary>Numbers over a rectangle as colours, dark for the least and bright for the greatest, with paths upon them.</summary>
public sealed class FieldPlot : Picture
{
    /// <summary>Dark to bright, of even steps to the eye, also for the colour-blind (viridis, five of its colours).</summary>
    private static readonly SKColor[] Scale =
        [new(0x44, 0x01, 0x54), new(0x3B, 0x52, 0x8B), new(0x21, 0x91, 0x8C), new(0x5E, 0xC9, 0x62), new(0xFD, 0xE7, 0x25)];

    private readonly string _title;
    private readonly PlotArea _area;
    private readonly double[,] _field;
    private readonly List<CurveSeries> _paths = [];

    /// <summary>Prepares the picture.</summary>
    /// <param name="title">Above the plot.</param>
    /// <param name="area">The part of the plane that the field covers.</param>
    /// <param name="field">[rows, columns], the lowest row first, as of <see cref="PlotArea.GridPoints"/>; NaN is grey.</param>
    public FieldPlot(string title, PlotArea area, double[,] field)
    {
        ArgumentNullException.ThrowIfNull(field);
        if (!(area.Right > area.Left && area.Top > area.Bottom))
            throw new ArgumentException($"FieldPlot: the area {area} has no size. Give left < right and bottom < top.", nameof(area));
        if (field.Length == 0)
            throw new ArgumentException("FieldPlot: the field is empty. Give at least one row and column.", nameof(field));
        (_title, _area, _field) = (title, area, field);
    }

    /// <inheritdoc/>
    public override int Width => _paths.Count > 0 ? 860 : 700;

    /// <inheritdoc/>
    public override int Height => 560;

    /// <summary>Below the plot.</summary>
    public string XLabel { get; init; } = "x₁";

    /// <summary>Left of the plot.</summary>
    public string YLabel { get; init; } = "x₂";

    /// <summary>Adds a path, or points when it is <see cref="CurveSeries.PointsOnly"/>.</summary>
    public FieldPlot Add(CurveSeries path)
    {
        ArgumentNullException.ThrowIfNull(path);
        _paths.Add(path);
        return this;
    }

    /// <summary>The colour at a place of the scale, 0 to 1.</summary>
    internal static SKColor ColorAt(double share)
    {
        if (double.IsNaN(share)) return PlotStyle.Grid;
        double at = Math.Clamp(share, 0, 1) * (Scale.Length - 1);
        int below = Math.Min((int)at, Scale.Length - 2);
        return PlotStyle.Mix(Scale[below], Scale[below + 1], at - below);
    }

    /// <inheritdoc/>
    protected override void Draw(SKCanvas canvas)
    {
        PlotStyle.DrawTitle(canvas, _title, Width);
        using var plot = PlotStyle.NewPlot(XLabel, YLabel);
        using var ground = ToImage();
        plot.Add.ImageRect(ground, new CoordinateRect(_area.Left, _area.Right, _area.Bottom, _area.Top));
        for (int i = 0; i < _paths.Count; i++)
        {
            var path = _paths[i];
            var line = plot.Add.Scatter(path.X.ToArray(), path.Y.ToArray());
            line.LegendText = path.Name;
            // Light enough for the dark ground: the palette over white.
            line.Color = PlotStyle.ToScott(PlotStyle.Mix(PlotStyle.Color((path.ColorIndex ?? i) + 1), PlotStyle.Background, 0.25));
            line.LineWidth = path.PointsOnly ? 0 : 2.5f;
            line.LinePattern = path.Dashed ? LinePattern.Dashed : LinePattern.Solid;
            line.MarkerSize = path.PointsOnly ? 7 : 4;
        }
        plot.Axes.SetLimits(_area.Left, _area.Right, _area.Bottom, _area.Top);
        if (_paths.Count > 0)
            plot.ShowLegend(Edge.Right);
        PlotStyle.Render(plot, canvas, new SKRectI(6, PlotStyle.TitleHeight - 6, Width - 10, Height - 6));
    }

    private ScottPlot.Image ToImage()
    {
        int rows = _field.GetLength(0), columns = _field.GetLength(1);
        var finite = _field.Cast<double>().Where(double.IsFinite).DefaultIfEmpty(0).ToArray();
        double low = finite.Min(), size = Math.Max(finite.Max() - low, double.Epsilon);
        using var bitmap = new SKBitmap(columns, rows, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                bitmap.SetPixel(column, rows - 1 - row, ColorAt(double.IsNaN(_field[row, column]) ? double.NaN : (_field[row, column] - low) / size));
        return new ScottPlot.Image(bitmap);
    }
}
