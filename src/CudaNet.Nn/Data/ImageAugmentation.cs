namespace CudaNet.Nn.Data;

/// <summary>Random moves of a batch of images and their normalisation in one pass, on the device where the images are: however many moves there
/// are, each pixel is read and written once (<see cref="Tensor.AffineSample"/>). Bytes go in as they are and come out as numbers from 0 to 1.</summary>
/// <remarks>Moves follow each other in the order given, composed to one: an image is not made less sharp by each of them, and loses nothing that a
/// later one brings back. For what is no move, such as noise, see <see cref="ImageTransforms"/>.</remarks>
/// <example><code>
/// var augmentation = new ImageAugmentation(RandomMaps.HorizontalFlip(), RandomMaps.Shift(4)) { Mean = [0.49f, 0.48f, 0.45f], Deviation = [0.25f, 0.24f, 0.26f] };
/// var loader = new DataLoader(new ImageDataset(images, augmentation), 128, shuffle: true);
/// </code></example>
/// <param name="maps">The moves; none to normalise only.</param>
public sealed class ImageAugmentation(params RandomMap[] maps)
{
    /// <summary>What lies outside of an image, before it is normalised.</summary>
    public SamplePadding Padding { get; init; }

    /// <summary>Rows of the result; null for those of the images.</summary>
    public int? Height { get; init; }

    /// <summary>Columns of the result; null for those of the images.</summary>
    public int? Width { get; init; }

    /// <summary>What is taken off each channel, or off all if it is one number; null for nothing.</summary>
    public IReadOnlyList<float>? Mean { get; init; }

    /// <summary>What each channel is divided by then, or all if it is one number; null for 1.</summary>
    public IReadOnlyList<float>? Deviation { get; init; }

    /// <summary>Moves and normalises images.</summary>
    /// <param name="images">[batch, channels, height, width], floating or bytes.</param>
    /// <param name="indices">Their numbers in the data set: each is moved by random numbers of its own.</param>
    /// <param name="context">Seed and epoch.</param>
    /// <returns>[batch, channels, <see cref="Height"/>, <see cref="Width"/>], Float32 for bytes.</returns>
    /// <exception cref="ShapeException">The images are not as many as the indices, or mean and deviation do not fit their channels.</exception>
    public Tensor Apply(Tensor images, ReadOnlySpan<int> indices, SampleContext context)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Rank != 4 || images.Shape[0] != indices.Length) throw new ShapeException($"ImageAugmentation: images {images.Shape} must be [{indices.Length}, channels, height, width], one for each index.");
        int height = (int)images.Shape[2], width = (int)images.Shape[3], rows = Height ?? height, columns = Width ?? width;
        var numbers = new double[6 * indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            var random = context.Random(indices[i]);
            var all = AffineMap.Identity;
            foreach (var map in maps) all = all.Then(map(height, width, ref random));
            if (rows != height || columns != width) all = all.Then(RandomMaps.Resize(height, width, rows, columns));
            ((double[])[all.XX, all.XY, all.X0, all.YX, all.YY, all.Y0]).CopyTo(numbers.AsSpan(6 * i));
        }
        var (scale, shift) = Normalisation((int)images.Shape[1], images.DType == DType.UInt8 ? 1 / 255f : 1);
        Tensor? Weights(float[]? values) => values is null ? null : Tensor.From(values, [values.Length], images.Device);
        return images.AffineSample(Tensor.From(numbers, [indices.Length, 6], images.Device), rows, columns, Weights(scale), Weights(shift), Padding);
    }

    /// <summary>(unit·x − mean)/deviation as a product and a sum; null where that is x.</summary>
    private (float[]? Scale, float[]? Shift) Normalisation(int channels, float unit)
    {
        float Of(IReadOnlyList<float>? values, int channel, float absent, string name) => values is null ? absent
            : values.Count == 1 ? values[0]
            : values.Count == channels ? values[channel]
            : throw new ShapeException($"ImageAugmentation: {name} has {values.Count} numbers for {channels} channels. Give one for each, or one for all.");
        if (Mean is null && Deviation is null && unit == 1) return (null, null);
        var (scale, shift) = (new float[channels], new float[channels]);
        for (var channel = 0; channel < channels; channel++)
        {
            var deviation = Of(Deviation, channel, 1, nameof(Deviation));
            if (!(deviation > 0)) throw new ArgumentOutOfRangeException(nameof(Deviation), deviation, $"ImageAugmentation: the deviation of channel {channel} is {deviation}. Give numbers above 0.");
            (scale[channel], shift[channel]) = (unit / deviation, -Of(Mean, channel, 0, nameof(Mean)) / deviation);
        }
        return (scale, shift);
    }
}
