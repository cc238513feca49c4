using ScottPlot;
using SkiaSharp;

namespace CudaNet.Plotting;

/// <summary>The one look of all pictures: colours, sizes of text, and helpers to draw with them.</summary>
public static class PlotStyle
{
    /// <summary>Size of a title.</summary>
    public const float TitleSize = 20;

    /// <summary>Size of labels of axes and of captions.</summary>
    public const float LabelSize = 15;

    /// <summary>Size of numbers at ticks and of legends.</summary>
    public const float TickSize = 13;

    /// <summary>Space around the content of a picture.</summary>
    public const int Margin = 20;

    /// <summary>Height of the strip that holds the title.</summary>
    public const int TitleHeight = 52;

    /// <summary>Colours that tell classes and series apart, also for the colour-blind (Okabe and Ito 2008, two added).</summary>
    public static IReadOnlyList<SKColor> Palette { get; } =
    [
        new(0x00, 0x72, 0xB2), new(0xD5, 0x5E, 0x00), new(0x00, 0x9E, 0x73), new(0xCC, 0x79, 0xA7), new(0xE6, 0x9F, 0x00),
        new(0x56, 0xB4, 0xE9), new(0x8C, 0x56, 0x4B), new(0x7F, 0x7F, 0x7F), new(0xB8, 0xA8, 0x00), new(0x33, 0x33, 0x33),
    ];

    /// <summary>The paper.</summary>
    public static SKColor Background { get; } = SKColors.White;

    /// <summary>Text and axes.</summary>
    public static SKColor Ink { get; } = new(0x22, 0x22, 0x22);

    /// <summary>Text of less weight.</summary>
    public static SKColor PaleInk { get; } = new(0x70, 0x70, 0x70);

    /// <summary>Lines of a grid.</summary>
    public static SKColor Grid { get; } = new(0xE4, 0xE4, 0xE4);

    /// <summary>What is right.</summary>
    public static SKColor Good => Palette[0];

    /// <summary>What is wrong.</summary>
    public static SKColor Bad => Palette[1];

    /// <summary>The colour of class or series <paramref name="index"/>; they repeat after the last.</summary>
    public static SKColor Color(int index) => Palette[index % Palette.Count];

    /// <summary>A mixture of two colours.</summary>
    /// <param name="from">The colour at 0.</param>
    /// <param name="to">The colour at 1.</param>
    /// <param name="share">From 0 to 1; beyond is cut off.</param>
    public static SKColor Mix(SKColor from, SKColor to, double share)
    {
        double t = double.IsNaN(share) ? 0 : Math.Clamp(share, 0, 1);
        byte Channel(byte a, byte b) => (byte)Math.Round(a + (b - a) * t);
        return new SKColor(Channel(from.Red, to.Red), Channel(from.Green, to.Green), Channel(from.Blue, to.Blue));
    }

    /// <summary>A font of the pictures, drawn alike on every machine. Dispose it.</summary>
    internal static SKFont Font(float size, bool bold = false) => new(bold ? EmbeddedFont.Bold : EmbeddedFont.Regular, size)
    {
        Edging = SKFontEdging.Antialias,
        Hinting = SKFontHinting.None,
        Subpixel = true,
    };

    /// <summary>Draws one line of text, smaller when it is wider than it may be, cut with … when it would become unreadable.</summary>
    internal static void DrawText(SKCanvas canvas, string text, float x, float baseline, float size, SKColor color, SKTextAlign align = SKTextAlign.Left, bool bold = false, float maxWidth = float.MaxValue)
    {
        const float SmallestShare = 0.75f;
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        using var font = Font(size, bold);
        float width = font.MeasureText(text);
        if (width > maxWidth)
            font.Size = size * Math.Max(SmallestShare, maxWidth / width);
        string shown = text;
        for (int length = text.Length; length > 1 && font.MeasureText(shown) > maxWidth + 0.5f; length--)
            shown = text[..(length - 1)].TrimEnd() + "…";
        canvas.DrawText(shown, x, baseline, align, font, paint);
    }

    /// <summary>Draws the title of a picture into the strip of <see cref="TitleHeight"/> at its top.</summary>
    internal static void DrawTitle(SKCanvas canvas, string title, float width) =>
        DrawText(canvas, title, width / 2, 33, TitleSize, Ink, SKTextAlign.Center, bold: true, maxWidth: width - 2 * Margin);

    /// <summary>A ScottPlot plot in this style.</summary>
    internal static Plot NewPlot(string xLabel, string yLabel)
    {
        EmbeddedFont.Register();
        var plot = new Plot();
        plot.Font.Set(EmbeddedFont.Name);
        plot.FigureBackground.Color = ToScott(Background);
        plot.Axes.Color(ToScott(Ink));
        plot.Grid.MajorLineColor = ToScott(Grid);
        plot.XLabel(xLabel);
        plot.YLabel(yLabel);
        plot.Axes.Right.FrameLineStyle.IsVisible = false;
        plot.Axes.Top.FrameLineStyle.IsVisible = false;
        foreach (var axis in new IAxis[] { plot.Axes.Bottom, plot.Axes.Left })
        {
            axis.Label.FontSize = LabelSize;
            axis.Label.Bold = false;
            axis.TickLabelStyle.FontSize = TickSize;
            axis.MinorTickStyle.Length = 0;
            axis.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { TickDensity = 0.6 };
        }
        // The font's numbers stand high in their line.
        plot.Axes.Left.TickLabelStyle.OffsetY = 2;
        plot.Axes.Bottom.Label.OffsetY = 3;
        if (plot.Axes.Left is ScottPlot.AxisPanels.LeftAxis left)
        {
            left.PaddingBetweenTickAndAxisLabels = new PixelPadding(10);
            left.PaddingOutsideAxisLabels = new PixelPadding(4);
        }
        plot.Legend.FontName = EmbeddedFont.Name;
        plot.Legend.FontSize = TickSize;
        plot.Legend.FontColor = ToScott(Ink);
        plot.Legend.OutlineColor = ToScott(Grid);
        plot.Legend.ShadowColor = Colors.Transparent;
        return plot;
    }

    /// <summary>Draws a plot into a part of a canvas. ScottPlot empties all of the canvas that it gets, so it gets its own.</summary>
    internal static void Render(Plot plot, SKCanvas canvas, SKRectI area)
    {
        using var bitmap = new SKBitmap(area.Width, area.Height, SKColorType.Rgba8888, SKAlphaType.Premul);
        using (var inner = new SKCanvas(bitmap))
            plot.Render(inner, area.Width, area.Height);
        canvas.DrawBitmap(bitmap, area.Left, area.Top);
    }

    internal static Color ToScott(SKColor color) => new(color.Red, color.Green, color.Blue, color.Alpha);
}
