using System.Buffers;

namespace CudaNet.Nn.Data;

/// <summary>Transforms of images for augmentation.</summary>
public static partial class ImageTransforms
{
    /// <summary>Moves an image by up to so many pixels along each axis, evenly distributed; what comes in is 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public static ImageTransform RandomShift(int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        return (Span<float> pixels, int height, int width, ref SampleRandom random) => Shift(pixels, height, width, random.Next(2 * most + 1) - most, random.Next(2 * most + 1) - most);
    }

    private static void Shift(Span<float> pixels, int height, int width, int down, int right)
    {
        if (down == 0 && right == 0) return;
        var copy = ArrayPool<float>.Shared.Rent(pixels.Length);
        pixels.CopyTo(copy);
        pixels.Clear();
        var length = Math.Max(0, width - Math.Abs(right));
        for (var y = Math.Max(0, down); y < Math.Min(height, height + down); y++)
            copy.AsSpan((y - down) * width + Math.Max(0, -right), length).CopyTo(pixels[(y * width + Math.Max(0, right))..]);
        ArrayPool<float>.Shared.Return(copy);
    }

    /// <summary>(x − mean)/deviation for each pixel.</summary>
    public static ImageTransform Normalize(float mean, float deviation) => (Span<float> pixels, int _, int _, ref SampleRandom _) =>
    {
        for (var p = 0; p < pixels.Length; p++) pixels[p] = (pixels[p] - mean) / deviation;
    };

    /// <summary>Several transforms, one after another.</summary>
    public static ImageTransform Chain(params ImageTransform[] transforms) => (Span<float> pixels, int height, int width, ref SampleRandom random) =>
    {
        foreach (var transform in transforms) transform(pixels, height, width, ref random);
    };
}
