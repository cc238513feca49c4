namespace CudaNet.Nn.Data;

/// <summary>Moves of images for augmentation: what <see cref="ImageAugmentation"/> does to a batch, and <see cref="ImageTransforms"/> to an image.</summary>
public static class RandomMaps
{
    /// <summary>By up to so many whole pixels along each axis, evenly distributed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public static RandomMap Shift(int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        return (int _, int _, ref SampleRandom random) =>
        {
            var down = random.Next(2 * most + 1) - most;
            return AffineMap.Identity with { X0 = most - random.Next(2 * most + 1), Y0 = -down };
        };
    }

    /// <summary>Left and right change places with a probability.</summary>
    /// <param name="p">The probability, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is none.</exception>
    public static RandomMap HorizontalFlip(double p = 0.5)
    {
        Sizes.Probability(p, nameof(HorizontalFlip));
        return (int _, int width, ref SampleRandom random) => random.NextDouble() < p ? AffineMap.Identity with { XX = -1, X0 = width - 1 } : AffineMap.Identity;
    }

    /// <summary>Top and bottom change places with a probability.</summary>
    /// <inheritdoc cref="HorizontalFlip"/>
    public static RandomMap VerticalFlip(double p = 0.5)
    {
        Sizes.Probability(p, nameof(VerticalFlip));
        return (int height, int _, ref SampleRandom random) => random.NextDouble() < p ? AffineMap.Identity with { YY = -1, Y0 = height - 1 } : AffineMap.Identity;
    }

    /// <summary>A turn around the centre by up to so many degrees either way, evenly distributed.</summary>
    /// <param name="degrees">Greatest angle, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or no number.</exception>
    public static RandomMap Rotation(double degrees) => Affine(degrees);

    /// <summary>A random rectangle, resized to the image.</summary>
    /// <param name="leastArea">Least share of the image's area, above 0 to 1; the share is evenly distributed from there to 1.</param>
    /// <param name="leastRatio">Least ratio of width and height; it is as often above 1/that. Evenly distributed by its logarithm.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not above 0 to 1.</exception>
    public static RandomMap ResizedCrop(double leastArea = 0.08, double leastRatio = 3.0 / 4)
    {
        if (leastArea is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(leastArea), leastArea, $"ResizedCrop: the least area is {leastArea}. Give a share above 0, at most 1.");
        if (leastRatio is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(leastRatio), leastRatio, $"ResizedCrop: the least ratio is {leastRatio}. Give a number above 0, at most 1.");
        return (int height, int width, ref SampleRandom random) =>
        {
            var area = random.Uniform(leastArea, 1) * height * width;
            var ratio = Math.Exp(random.Uniform(Math.Log(leastRatio), -Math.Log(leastRatio)));
            double cropWidth = Math.Min(width, Math.Sqrt(area * ratio)), cropHeight = Math.Min(height, Math.Sqrt(area / ratio));
            double top = random.Uniform(0, height - cropHeight), left = random.Uniform(0, width - cropWidth);
            var map = Resize(cropHeight, cropWidth, height, width);
            return map with { X0 = map.X0 + left, Y0 = map.Y0 + top };
        };
    }

    /// <summary>Turned, sheared, zoomed around the centre, and moved: torchvision's <c>RandomAffine</c>.</summary>
    /// <param name="degrees">Greatest angle either way, 0 or more.</param>
    /// <param name="translate">Greatest way along each axis either way, as a share of the image's side, from 0 to 1.</param>
    /// <param name="leastScale">Least zoom, above 0.</param>
    /// <param name="mostScale">Greatest zoom.</param>
    /// <param name="shear">Greatest angle of the columns either way, in degrees, below 90.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static RandomMap Affine(double degrees, double translate = 0, double leastScale = 1, double mostScale = 1, double shear = 0)
    {
        if (!(degrees >= 0)) throw new ArgumentOutOfRangeException(nameof(degrees), degrees, $"The greatest angle is {degrees}. Give 0 or more degrees.");
        if (translate is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(translate), translate, $"Affine: the greatest way is {translate} of a side. Give a share from 0 to 1.");
        if (!(leastScale > 0 && leastScale <= mostScale && double.IsFinite(mostScale))) throw new ArgumentOutOfRangeException(nameof(leastScale), leastScale, $"Affine: the zoom is {leastScale} … {mostScale}. Give numbers above 0, the lesser first.");
        if (shear is not (>= 0 and < 90)) throw new ArgumentOutOfRangeException(nameof(shear), shear, $"Affine: the greatest shear is {shear} degrees. Give 0 or more, less than 90.");
        return (int height, int width, ref SampleRandom random) =>
        {
            var (sin, cos) = Math.SinCos(random.Uniform(-degrees, degrees) * Math.PI / 180);
            double right = 0, down = 0, scale = 1, slant = 0;
            if (translate > 0) (right, down) = (random.Uniform(-translate, translate) * width, random.Uniform(-translate, translate) * height);
            if (leastScale != 1 || mostScale != 1) scale = random.Uniform(leastScale, mostScale);
            if (shear > 0) slant = Math.Tan(random.Uniform(-shear, shear) * Math.PI / 180);
            // Where a pixel comes from is turned back, unsheared and unzoomed, around the centre.
            double xx = (cos - slant * sin) / scale, xy = (sin + slant * cos) / scale, yx = -sin / scale, yy = cos / scale, middleX = (width - 1) / 2.0, middleY = (height - 1) / 2.0;
            return new(xx, xy, middleX - xx * (middleX + right) - xy * (middleY + down), yx, yy, middleY - yx * (middleX + right) - yy * (middleY + down));
        };
    }

    /// <summary>An image of one size from one of another: pixels are areas, whose borders stay.</summary>
    internal static AffineMap Resize(double fromHeight, double fromWidth, int height, int width)
    {
        double x = fromWidth / width, y = fromHeight / height;
        return new(x, 0, (x - 1) / 2, 0, y, (y - 1) / 2);
    }
}
