using System.Buffers;

namespace CudaNet.Nn.Data;

/// <summary>Transforms of images for augmentation.</summary>
public static partial class ImageTransforms
{
    /// <summary>Moves an image by up to so many pixels along each axis, evenly distributed; what comes in is 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public static ImageTransform RandomShift(int most) => Of(RandomMaps.Shift(most));

    /// <summary>A move that is drawn for each image: its pixels become what lies at their places of origin, between the four pixels around.</summary>
    /// <param name="map">The move.</param>
    /// <param name="padding">What lies outside of the image.</param>
    /// <remarks>A whole batch is moved, and normalised, in one pass by <see cref="ImageAugmentation"/>.</remarks>
    public static ImageTransform Of(RandomMap map, SamplePadding padding = SamplePadding.Zeros) => (Span<float> pixels, int height, int width, ref SampleRandom random) =>
    {
        var drawn = map(height, width, ref random);
        if (drawn != AffineMap.Identity) Resample(pixels, height, width, drawn, padding);
    };

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

    private static void Resample(Span<float> pixels, int height, int width, AffineMap map, SamplePadding padding)
    {
        var copy = ArrayPool<float>.Shared.Rent(pixels.Length);
        pixels.CopyTo(copy);
        float At(int y, int x) => (uint)y < (uint)height && (uint)x < (uint)width ? copy[y * width + x] : 0;
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var (fromX, fromY) = map.From(x, y);
                if (padding == SamplePadding.Border) (fromX, fromY) = (Math.Clamp(fromX, 0, width - 1), Math.Clamp(fromY, 0, height - 1));
                int top = (int)Math.Floor(fromY), left = (int)Math.Floor(fromX);
                float down = (float)(fromY - top), right = (float)(fromX - left);
                pixels[y * width + x] = (1 - down) * ((1 - right) * At(top, left) + right * At(top, left + 1)) + down * ((1 - right) * At(top + 1, left) + right * At(top + 1, left + 1));
            }
        ArrayPool<float>.Shared.Return(copy);
    }
}
