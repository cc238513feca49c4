using SkiaSharp;

namespace CudaNet.Plotting;

/// <summary>Reads image files (PNG, JPEG, WebP, GIF, BMP) as bytes.</summary>
public static class ImageFile
{
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
        var content = File.ReadAllBytes(path);
        // Without a codec for it, Decode would raise an error of its own kind.
        using var codec = SKCodec.Create(new MemoryStream(content));
        using var decoded = (codec is null ? null : SKBitmap.Decode(codec))
            ?? throw new IOException($"{path}: this is no image that can be decoded. Give a PNG, JPEG, WebP, GIF or BMP file.");
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
}
