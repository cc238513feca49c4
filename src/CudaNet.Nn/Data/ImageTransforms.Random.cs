namespace CudaNet.Nn.Data;

public static partial class ImageTransforms
{
    /// <summary>Swaps left and right with a probability.</summary>
    /// <inheritdoc cref="RandomMaps.HorizontalFlip"/>
    public static ImageTransform RandomHorizontalFlip(double p = 0.5) => Of(RandomMaps.HorizontalFlip(p));

    /// <summary>Swaps top and bottom with a probability.</summary>
    /// <inheritdoc cref="RandomMaps.VerticalFlip"/>
    public static ImageTransform RandomVerticalFlip(double p = 0.5) => Of(RandomMaps.VerticalFlip(p));

    /// <summary>Turns an image around its centre by up to so many degrees either way, evenly distributed; what comes in is 0.</summary>
    /// <inheritdoc cref="RandomMaps.Rotation"/>
    public static ImageTransform RandomRotation(double degrees) => Of(RandomMaps.Rotation(degrees));

    /// <summary>Cuts out a random rectangle and resizes it to the image.</summary>
    /// <inheritdoc cref="RandomMaps.ResizedCrop"/>
    public static ImageTransform RandomResizedCrop(double leastArea = 0.08, double leastRatio = 3.0 / 4) => Of(RandomMaps.ResizedCrop(leastArea, leastRatio), SamplePadding.Border);

    /// <summary>Puts so many zeros around an image and cuts a random part of its own size out of that.</summary>
    /// <inheritdoc cref="RandomShift"/>
    /// <remarks>The same as <see cref="RandomShift"/>, under torchvision's name.</remarks>
    public static ImageTransform RandomCrop(int padding) => RandomShift(padding);

    /// <summary>Adds normal noise to each pixel; the same to each channel.</summary>
    /// <param name="deviation">Its deviation, 0 or more.</param>
    /// <param name="clip">False lets pixels leave 0 … 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative.</exception>
    public static ImageTransform GaussianNoise(double deviation = 0.1, bool clip = true)
    {
        Sizes.Deviation(deviation, nameof(GaussianNoise));
        return (Span<float> pixels, int _, int _, ref SampleRandom random) =>
        {
            foreach (ref var pixel in pixels)
            {
                pixel += (float)(deviation * random.NextNormal());
                if (clip) pixel = Math.Clamp(pixel, 0, 1);
            }
        };
    }

    /// <summary>Fills a random rectangle with a value.</summary>
    /// <param name="p">Probability that an image gets one, from 0 to 1.</param>
    /// <param name="leastArea">Least share of the image's area.</param>
    /// <param name="mostArea">Greatest share.</param>
    /// <param name="leastRatio">Least ratio of height and width, above 0 to 1; it is as often above 1/that.</param>
    /// <param name="value">The value.</param>
    /// <remarks>Zhong, Zheng, Kang, Li, Yang 2020.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static ImageTransform RandomErasing(double p = 0.5, double leastArea = 0.02, double mostArea = 0.33, double leastRatio = 0.3, float value = 0)
    {
        Sizes.Probability(p, nameof(RandomErasing));
        if (!(leastArea >= 0 && leastArea <= mostArea && mostArea <= 1))
            throw new ArgumentOutOfRangeException(nameof(leastArea), leastArea, $"RandomErasing: the area is {leastArea} … {mostArea}. Give shares from 0 to 1, the lesser first.");
        if (leastRatio is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(leastRatio), leastRatio, $"RandomErasing: the least ratio is {leastRatio}. Give a number above 0, at most 1.");
        return (Span<float> pixels, int height, int width, ref SampleRandom random) =>
        {
            if (random.NextDouble() >= p) return;
            var area = random.Uniform(leastArea, mostArea) * height * width;
            var ratio = Math.Exp(random.Uniform(Math.Log(leastRatio), -Math.Log(leastRatio)));
            int rows = Math.Min(height, (int)Math.Round(Math.Sqrt(area * ratio))), columns = Math.Min(width, (int)Math.Round(Math.Sqrt(area / ratio)));
            int top = random.Next(height - rows + 1), left = random.Next(width - columns + 1);
            for (var y = top; y < top + rows; y++) pixels.Slice(y * width + left, columns).Fill(value);
        };
    }
}
