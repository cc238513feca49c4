using System.Globalization;
using SkiaSharp;

namespace CudaNet.Plotting;

/// <summary>How often each class was taken for each other: a table of counts, shaded by their share of the row.</summary>
/// <remarks>Right decisions are blue, mistakes orange and shaded stronger, because they are few. At the right stands the
/// recall of each class, below its precision.</remarks>
public sealed class ConfusionMatrixPlot : Picture
{
    /// <summary>A mistake of this share of its row has the full colour.</summary>
    private const double FullMistake = 0.2;

    private readonly string _title;
    private readonly int[,] _counts;
    private readonly IReadOnlyList<string> _classes;
    private readonly int _cell, _left;
    private readonly float _columnSize;

    /// <summary>Prepares the picture.</summary>
    /// <param name="title">Above the table.</param>
    /// <param name="counts">[true class, predicted class].</param>
    /// <param name="classNames">Name of each class.</param>
    /// <exception cref="ArgumentException">The table is not square, or there is not a name for each class.</exception>
    public ConfusionMatrixPlot(string title, int[,] counts, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(classNames);
        int n = counts.GetLength(0);
        if (n == 0 || n != counts.GetLength(1) || n != classNames.Count)
            throw new ArgumentException($"ConfusionMatrixPlot: the table is {n}×{counts.GetLength(1)}, with {classNames.Count} names. Give a square table and one name a class.", nameof(counts));
        (_title, _counts, _classes) = (title, counts, classNames);
        _cell = n <= 12 ? 60 : n <= 25 ? 40 : Math.Max(8, 1000 / n);
        using var font = PlotStyle.Font(PlotStyle.LabelSize);
        float widest = classNames.Max(name => font.MeasureText(name));
        // At least "precision" fits there.
        _left = PlotStyle.Margin + 38 + (int)Math.Clamp(widest, 36, 140);
        // All names above the columns have one size.
        _columnSize = Math.Min(PlotStyle.LabelSize, _cell * 0.7f) * Math.Clamp((_cell - 6) / widest, 0.7f, 1);
    }

    private int Classes => _classes.Count;

    /// <summary>Cells are too small for numbers.</summary>
    private bool Crowded => _cell < 40;

    private int Top => PlotStyle.TitleHeight + 48;

    private int RateWidth => Crowded ? 0 : 78;

    /// <inheritdoc/>
    public override int Width => _left + Classes * _cell + RateWidth + PlotStyle.Margin;

    /// <inheritdoc/>
    public override int Height => Top + Classes * _cell + (Crowded ? 0 : 42) + PlotStyle.Margin;

    /// <inheritdoc/>
    protected override void Draw(SKCanvas canvas)
    {
        float right = _left + Classes * _cell, bottom = Top + Classes * _cell;
        PlotStyle.DrawTitle(canvas, _title, Width);
        PlotStyle.DrawText(canvas, "predicted", (_left + right) / 2, Top - 32, PlotStyle.LabelSize, PlotStyle.PaleInk, SKTextAlign.Center);
        canvas.Save();
        canvas.RotateDegrees(-90, PlotStyle.Margin + 10, (Top + bottom) / 2);
        PlotStyle.DrawText(canvas, "true", PlotStyle.Margin + 10, (Top + bottom) / 2 + 5, PlotStyle.LabelSize, PlotStyle.PaleInk, SKTextAlign.Center);
        canvas.Restore();

        var rows = new long[Classes];
        var columns = new long[Classes];
        for (int i = 0; i < Classes; i++)
            for (int j = 0; j < Classes; j++)
            {
                rows[i] += _counts[i, j];
                columns[j] += _counts[i, j];
            }
        for (int i = 0; i < Classes; i++)
        {
            if (!Crowded || _cell >= 16)
            {
                PlotStyle.DrawText(canvas, _classes[i], _left - 10, MiddleY(i) + 5, Math.Min(PlotStyle.LabelSize, _cell * 0.7f), PlotStyle.Ink, SKTextAlign.Right, maxWidth: 140);
                PlotStyle.DrawText(canvas, _classes[i], MiddleX(i), Top - 9, _columnSize, PlotStyle.Ink, SKTextAlign.Center, maxWidth: _cell - 4);
            }
            for (int j = 0; j < Classes; j++)
                DrawCell(canvas, i, j, rows[i]);
        }
        using var frame = new SKPaint { Color = PlotStyle.PaleInk, Style = SKPaintStyle.Stroke, StrokeWidth = 1 };
        canvas.DrawRect(_left - 0.5f, Top - 0.5f, Classes * _cell + 1, Classes * _cell + 1, frame);
        if (!Crowded)
            DrawRates(canvas, rows, columns, right, bottom);
    }

    private void DrawCell(SKCanvas canvas, int i, int j, long row)
    {
        int count = _counts[i, j];
        double share = row == 0 ? 0 : (double)count / row;
        var color = i == j
            ? PlotStyle.Mix(PlotStyle.Background, PlotStyle.Good, share)
            : PlotStyle.Mix(PlotStyle.Background, PlotStyle.Bad, count == 0 ? 0 : 0.12 + 0.88 * share / FullMistake);
        using var fill = new SKPaint { Color = color };
        float gap = Crowded ? 0 : 1;
        canvas.DrawRect(_left + j * _cell, Top + i * _cell, _cell - gap, _cell - gap, fill);
        if (Crowded)
            return;
        var ink = count == 0 ? new SKColor(0xC8, 0xC8, 0xC8) : color.Red * 3 + color.Green * 6 + color.Blue < 1450 ? SKColors.White : PlotStyle.Ink;
        PlotStyle.DrawText(canvas, count.ToString(CultureInfo.InvariantCulture), MiddleX(j), MiddleY(i) + 5, PlotStyle.LabelSize, ink, SKTextAlign.Center, bold: i == j, maxWidth: _cell - 6);
    }

    private void DrawRates(SKCanvas canvas, long[] rows, long[] columns, float right, float bottom)
    {
        PlotStyle.DrawText(canvas, "recall", right + 12, Top - 9, PlotStyle.TickSize, PlotStyle.PaleInk);
        PlotStyle.DrawText(canvas, "precision", _left - 10, bottom + 24, PlotStyle.TickSize, PlotStyle.PaleInk, SKTextAlign.Right, maxWidth: _left - 14);
        for (int i = 0; i < Classes; i++)
        {
            PlotStyle.DrawText(canvas, Percent(_counts[i, i], rows[i]), right + 12, MiddleY(i) + 5, PlotStyle.TickSize, PlotStyle.Ink);
            PlotStyle.DrawText(canvas, Percent(_counts[i, i], columns[i]), MiddleX(i), bottom + 24, PlotStyle.TickSize, PlotStyle.Ink, SKTextAlign.Center, maxWidth: _cell);
        }
    }

    private static string Percent(long part, long whole) =>
        whole == 0 ? "–" : (100.0 * part / whole).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private float MiddleX(int column) => _left + (column + 0.5f) * _cell;

    private float MiddleY(int row) => Top + (row + 0.5f) * _cell;
}
