namespace CudaNet.Nn.Data;

/// <summary>Images with one label each, as bytes in memory; grey unless they have more channels.</summary>
/// <param name="Pixels">[count, channels, height, width], row-major.</param>
/// <param name="Labels">[count], the number of the class.</param>
/// <param name="Height">Rows of an image.</param>
/// <param name="Width">Columns of an image.</param>
public sealed record LabelledImages(byte[] Pixels, byte[] Labels, int Height, int Width)
{
    /// <summary>Channels of an image: 1 for grey, 3 for red, green and blue.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>Bytes of an image.</summary>
    public int ImageSize => Channels * Height * Width;

    /// <summary>The pixels of one image, [channels, height, width].</summary>
    public ReadOnlySpan<byte> Image(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return Pixels.AsSpan(index * ImageSize, ImageSize);
    }
}
