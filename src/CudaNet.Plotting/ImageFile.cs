using SkiaSharp;

namespace CudaNet.Plotting;

/// <summary>Reads image files (PNG, JPEG, WebP, GIF, BMP) as bytes.</summary>
public static class ImageFile
{
    /// <summary>Makes a small WebP of an image file, for pages.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">Greatest width; a narrower image keeps its size.</param>
    /// <param name="quality">From 0 to 100.</param>
    /// <exception cref="IOException">The file is no image.</exception>
    public static byte[] ToWebP(string path, int width, int quality = 75)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        using var decoded = Bitmap(path);
        using var scaled = decoded.Width <= width ? null
            : decoded.Resize(new SKImageInfo(width, Math.Max(1, decoded.Height * width / decoded.Width)), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var packed = (scaled ?? decoded).Encode(SKEncodedImageFormat.Webp, quality);
        return packed.ToArray();
    }

    /// <summary>Pixels across and down.</summary>
    /// <exception cref="IOException">The file is no image.</exception>
    public static (int Width, int Height) SizeOf(string path)
    {
        using var codec = SKCodec.Create(new MemoryStream(File.ReadAllBytes(path))) ?? throw NoImage(path);
        return (codec.Info.Width, codec.Info.Height);
    }

    /// <summary>Decodes a file and scales it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="height">Rows of the result.</param>
    /// <param name="width">Columns of the result.</param>
    /// <param name="channels">1 for grey (0.299·red + 0.587·green + 0.114·blue), 3 for red, green and blue.</param>
    /// <returns>[channels, height, width], row-major.</returns>
    /// <exception cref="IOException">The file is no image.</exception>
    public static byte[] Decode(string path, int height, int width, int channels = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (channels is not (1 or 3)) throw new ArgumentOutOfRangeException(nameof(channels), channels, $"ImageFile: channels are {channels}. Give 1 or 3.");
        using var decoded = Bitmap(path);
        using var scaled = decoded.Resize(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        var pixels = scaled.GetPixelSpan();
        var result = new byte[channels * height * width];
        for (int i = 0; i < height * width; i++)
        {
            byte red = pixels[4 * i], green = pixels[4 * i + 1], blue = pixels[4 * i + 2];
            if (channels == 1)
                result[i] = (byte)Math.Round(0.299 * red + 0.587 * green + 0.114 * blue);
            else
                (result[i], result[height * width + i], result[2 * height * width + i]) = (red, green, blue);
        }
        return result;
    }

    private static SKBitmap Bitmap(string path)
    {
        // Without a codec for it, Decode would raise an error of its own kind.
        using var codec = SKCodec.Create(new MemoryStream(File.ReadAllBytes(path)));
        return (codec is null ? null : SKBitmap.Decode(codec)) ?? throw NoImage(path);
    }

    private static IOException NoImage(string path) => new($"{path}: this is no image that can be decoded. Give a PNG, JPEG, WebP, GIF or BMP file.");
}
