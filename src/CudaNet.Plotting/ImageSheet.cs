using SkiaSharp;

namespace CudaNet.Plotting;

/// <summary>A grid of grey or colour images, each with its caption above it.</summary>
public sealed class ImageSheet : Picture
{
    private const int Gap = 18, LineHeight = 20;

    private readonly string _title;
    private readonly IReadOnlyList<SheetImage> _images;
    private readonly int _columns, _rows, _lines, _scale, _cellWidth, _imageHeight;

    /// <summary>Prepares the picture.</summary>
    /// <param name="title">Above the grid; empty for none.</param>
    /// <param name="images">The images, row by row; they may differ in size.</param>
    /// <param name="columns">Images in a row.</param>
    /// <param name="scale">Pixels that one pixel of an image becomes; chosen by the size of the images when null.</param>
    /// <exception cref="ArgumentException">An image has not as many bytes as its size needs.</exception>
    public ImageSheet(string title, IReadOnlyList<SheetImage> images, int columns = 5, int? scale = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        for (int i = 0; i < images.Count; i++)
        {
            var image = images[i];
            if (image.Height < 1 || image.Width < 1 || image.Channels is not (1 or 3) || image.Pixels.Length != image.Height * image.Width * image.Channels)
                throw new ArgumentException($"ImageSheet: image {i} of {image.Height}×{image.Width} with {image.Channels} channels has {image.Pixels.Length} bytes. Give height × width × channels bytes; channels are 1 or 3.", nameof(images));
        }
        (_title, _images) = (title, images);
        _columns = Math.Max(1, Math.Min(columns, images.Count));
        _rows = (images.Count + columns - 1) / columns;
        int widest = images.Count == 0 ? 1 : images.Max(image => image.Width);
        _scale = scale ?? Math.Max(1, 140 / widest);
        ArgumentOutOfRangeException.ThrowIfLessThan(_scale, 1, nameof(scale));
        _imageHeight = images.Count == 0 ? 0 : images.Max(image => image.Height) * _scale;
        _lines = images.Count == 0 ? 0 : images.Max(image => image.Caption.Length == 0 ? 0 : image.Caption.Split('\n').Length);
        // Captions may be wider than a small image, within reason.
        using var font = PlotStyle.Font(PlotStyle.LabelSize, bold: true);
        float caption = images.Count == 0 ? 0 : images.Max(image => image.Caption.Split('\n').Max(line => font.MeasureText(line)));
        _cellWidth = Math.Max(widest * _scale, (int)Math.Ceiling(Math.Min(caption, 180)));
    }

    private int Top => _title.Length == 0 ? PlotStyle.Margin : PlotStyle.TitleHeight + 4;

    private int CellHeight => _lines * LineHeight + (_lines > 0 ? 4 : 0) + _imageHeight;

    /// <inheritdoc/>
    public override int Width => Math.Max(2 * PlotStyle.Margin + _columns * _cellWidth + (_columns - 1) * Gap, TitleWidth());

    /// <inheritdoc/>
    public override int Height => Top + Math.Max(1, _rows) * (CellHeight + Gap) - Gap + PlotStyle.Margin;

    /// <inheritdoc/>
    protected override void Draw(SKCanvas canvas)
    {
        if (_title.Length > 0)
            PlotStyle.DrawTitle(canvas, _title, Width);
        float left = (Width - (_columns * (_cellWidth + Gap) - Gap)) / 2f;
        for (int i = 0; i < _images.Count; i++)
            DrawImage(canvas, _images[i], MathF.Round(left + i % _columns * (_cellWidth + Gap)), Top + i / _columns * (CellHeight + Gap));
    }

    private void DrawImage(SKCanvas canvas, SheetImage image, float x, float y)
    {
        string[] lines = image.Caption.Length == 0 ? [] : image.Caption.Split('\n');
        for (int i = 0; i < lines.Length; i++)
            PlotStyle.DrawText(canvas, lines[i], x + _cellWidth / 2f, y + 15 + i * LineHeight, PlotStyle.LabelSize, image.Wrong && i > 0 ? PlotStyle.Bad : PlotStyle.Ink, SKTextAlign.Center, bold: image.Wrong && i == 1, maxWidth: _cellWidth + Gap - 6);

        float top = y + CellHeight - _imageHeight, left = MathF.Round(x + (_cellWidth - image.Width * _scale) / 2f);
        var place = new SKRect(left, top, left + image.Width * _scale, top + image.Height * _scale);
        using var bitmap = ToBitmap(image);
        using var picture = SKImage.FromBitmap(bitmap);
        canvas.DrawImage(picture, place, new SKSamplingOptions(SKFilterMode.Nearest));
        using var frame = new SKPaint { Color = PlotStyle.Grid, Style = SKPaintStyle.Stroke, StrokeWidth = 1 };
        place.Inflate(0.5f, 0.5f);
        canvas.DrawRect(place, frame);
    }

    private static SKBitmap ToBitmap(SheetImage image)
    {
        var bitmap = new SKBitmap(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var from = image.Pixels.Span;
        var to = bitmap.GetPixelSpan();
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            int at = i * image.Channels, green = image.Channels == 3 ? 1 : 0;
            (to[4 * i], to[4 * i + 1], to[4 * i + 2], to[4 * i + 3]) = (from[at], from[at + green], from[at + 2 * green], 255);
        }
        return bitmap;
    }

    private int TitleWidth()
    {
        using var font = PlotStyle.Font(PlotStyle.TitleSize, bold: true);
        return (int)Math.Ceiling(Math.Min(font.MeasureText(_title), 900)) + 2 * PlotStyle.Margin;
    }
}
