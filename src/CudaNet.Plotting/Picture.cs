using CudaNet.IO;
using SkiaSharp;

namespace CudaNet.Plotting;

/// <summary>Something that is drawn as a PNG, without a screen and without fonts of the system.</summary>
public abstract class Picture
{
    /// <summary>Pixels across.</summary>
    public abstract int Width { get; }

    /// <summary>Pixels down.</summary>
    public abstract int Height { get; }

    /// <summary>Draws the picture and packs it.</summary>
    public byte[] ToPng()
    {
        using var bitmap = new SKBitmap(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(PlotStyle.Background);
            Draw(canvas);
        }
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    /// <summary>Saves the PNG. An earlier file is replaced whole or not at all; missing folders are created.</summary>
    /// <exception cref="IOException">The disk is full or the folder cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, ToPng());

    /// <summary>Draws onto a canvas of <see cref="Width"/> × <see cref="Height"/> that is filled with the background.</summary>
    protected abstract void Draw(SKCanvas canvas);
}
