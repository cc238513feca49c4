namespace CudaNet.Nn.Data;

/// <summary>Grey images with one label each, as bytes in memory.</summary>
/// <param name="Pixels">[count, height, width], row-major.</param>
/// <param name="Labels">[count], the number of the class.</param>
/// <param name="Height">Rows of an image.</param>
/// <param name="Width">Columns of an image.</param>
public sealed record LabelledImages(byte[] Pixels, byte[] Labels, int Height, int Width)
{
    /// <summary>Number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>The pixels of one image, [height, width].</summary>
    public ReadOnlySpan<byte> Image(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return Pixels.AsSpan(index * Height * Width, Height * Width);
    }
}
