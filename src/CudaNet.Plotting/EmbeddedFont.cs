using ScottPlot;
using SkiaSharp;

namespace CudaNet.Plotting;

/// <summary>The font of all pictures, from this assembly, for Skia and for ScottPlot.</summary>
internal sealed class EmbeddedFont : IFontResolver
{
    /// <summary>Its name for ScottPlot; not the family's own, so that one installed on the system is never taken for it.</summary>
    public const string Name = "CudaNet DejaVu";

    // Two threads may draw their first picture at once.
    private static readonly Lazy<bool> Registered = new(() =>
    {
        ScottPlot.Fonts.FontResolvers.Insert(0, new EmbeddedFont());
        return true;
    });

    private EmbeddedFont()
    {
    }

    public static SKTypeface Regular { get; } = Load("DejaVuSansCondensed.ttf");

    public static SKTypeface Bold { get; } = Load("DejaVuSansCondensed-Bold.ttf");

    /// <summary>Makes ScottPlot know the font; its default for other plots is left alone.</summary>
    public static void Register() => _ = Registered.Value;

    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        CreateTypeface(fontName, bold: weight >= FontWeight.SemiBold, italic: false);

    /// <remarks>A new object each time, because ScottPlot disposes what it gets.</remarks>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
        fontName == Name ? Load(bold ? "DejaVuSansCondensed-Bold.ttf" : "DejaVuSansCondensed.ttf") : null;

    private static SKTypeface Load(string resource)
    {
        using var stream = typeof(EmbeddedFont).Assembly.GetManifestResourceStream(resource)!;
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    }
}
