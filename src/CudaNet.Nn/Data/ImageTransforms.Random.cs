using System.Buffers;

namespace CudaNet.Nn.Data;

public static partial class ImageTransforms
{
    /// <summary>Swaps left and right with a probability.</summary>
    /// <param name="p">The probability, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is none.</exception>
    public static ImageTransform RandomHorizontalFlip(double p = 0.5)
    {
        Sizes.Probability(p, nameof(RandomHorizontalFlip));
        return (Span<float> pixels, int height, int width, ref SampleRandom random) =>
        {
            if (random.NextDouble() >= p) return;
            for (var y = 0; y < height; y++) pixels.Slice(y * width, width).Reverse();
        };
    }

    /// <summary>Swaps top and bottom with a probability.</summary>
    /// <inheritdoc cref="RandomHorizontalFlip"/>
    public static ImageTransform RandomVerticalFlip(double p = 0.5)
    {
        Sizes.Probability(p, nameof(RandomVerticalFlip));
        return (Span<float> pixels, int height, int width, ref SampleRandom random) =>
        {
            if (random.NextDouble() >= p) return;
            for (var y = 0; y < height / 2; y++)
                for (var x = 0; x < width; x++)
                    (pixels[y * width + x], pixels[(height - 1 - y) * width + x]) = (pixels[(height - 1 - y) * width + x], pixels[y * width + x]);
        };
    }

    /// <summary>Turns an image around its centre by up to so many degrees either way, evenly distributed; what comes in is 0.</summary>
    /// <param name="degrees">Greatest angle, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or no number.</exception>
    public static ImageTransform RandomRotation(double degrees)
    {
        if (!(degrees >= 0)) throw new ArgumentOutOfRangeException(nameof(degrees), degrees, $"RandomRotation: the greatest angle is {degrees}. Give 0 or more degrees.");
        return (Span<float> pixels, int height, int width, ref SampleRandom random) =>
        {
            var (sin, cos) = Math.SinCos(random.Uniform(-degrees, degrees) * Math.PI / 180);
            double middleY = (height - 1) / 2.0, middleX = (width - 1) / 2.0;
            // Where a pixel of the result comes from: turned back around the centre.
            Resample(pixels, height, width, (y, x) => (middleY + cos * (y - middleY) - sin * (x - middleX), middleX + sin * (y - middleY) + cos * (x - middleX)));
        };
    }

    /// <summary>Cuts out a random rectangle and resizes it to the image.</summary>
    /// <param name="leastArea">Least share of the image's area, above 0 to 1; the share is evenly distributed from there to 1.</param>
    /// <param name="leastRatio">Least ratio of width and height; it is as often above 1/that. Evenly distributed by its logarithm.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not above 0 to 1.</exception>
    public static ImageTransform RandomResizedCrop(double leastArea = 0.08, double leastRatio = 3.0 / 4)
    {
        if (leastArea is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(leastArea), leastArea, $"RandomResizedCrop: the least area is {leastArea}. Give a share above 0, at most 1.");
        if (leastRatio is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(leastRatio), leastRatio, $"RandomResizedCrop: the least ratio is {leastRatio}. Give a number above 0, at most 1.");
        return (Span<float> pixels, int height, int width, ref SampleRandom random) =>
        {
            var area = random.Uniform(leastArea, 1) * height * width;
            var ratio = Math.Exp(random.Uniform(Math.Log(leastRatio), -Math.Log(leastRatio)));
            double cropWidth = Math.Min(width, Math.Sqrt(area * ratio)), cropHeight = Math.Min(height, Math.Sqrt(area / ratio));
            double top = random.Uniform(0, height - cropHeight), left = random.Uniform(0, width - cropWidth), scaleY = cropHeight / height, scaleX = cropWidth / width;
            Resample(pixels, height, width, (y, x) => (Math.Clamp(top + (y + 0.5) * scaleY - 0.5, 0, height - 1), Math.Clamp(left + (x + 0.5) * scaleX - 0.5, 0, width - 1)));
        };
    }

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

    /// <summary>Each pixel becomes what lies at its place of origin, between the four pixels around that; outside is 0.</summary>
    private static void Resample(Span<float> pixels, int height, int width, Func<double, double, (double Y, double X)> origin)
    {
        var copy = ArrayPool<float>.Shared.Rent(pixels.Length);
        pixels.CopyTo(copy);
        float At(int y, int x) => (uint)y < (uint)height && (uint)x < (uint)width ? copy[y * width + x] : 0;
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var (fromY, fromX) = origin(y, x);
                int top = (int)Math.Floor(fromY), left = (int)Math.Floor(fromX);
                float down = (float)(fromY - top), right = (float)(fromX - left);
                pixels[y * width + x] = (1 - down) * ((1 - right) * At(top, left) + right * At(top, left + 1)) + down * ((1 - right) * At(top + 1, left) + right * At(top + 1, left + 1));
            }
        ArrayPool<float>.Shared.Return(copy);
    }
}
