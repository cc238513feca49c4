namespace CudaNet.Nn.Data;

/// <summary>Images as inputs [batch, channels, height, width] with pixels from 0 to 1, and their labels as targets [batch].</summary>
public sealed class ImageDataset : Dataset
{
    private readonly LabelledImages _images;
    private readonly ImageTransform? _transform;
    private readonly ImageAugmentation? _augmentation;
    private readonly Device _device;

    /// <summary>A data set over images in memory.</summary>
    /// <param name="images">The images.</param>
    /// <param name="transform">Changes each image on its way into a batch; null for none.</param>
    /// <param name="device">Where batches go; the default device if null.</param>
    public ImageDataset(LabelledImages images, ImageTransform? transform = null, Device? device = null) =>
        (_images, _transform, _device) = (images, transform, device ?? Device.Default);

    /// <summary>A data set over images in memory, whose batches are augmented on their device in one pass.</summary>
    /// <param name="images">The images.</param>
    /// <param name="augmentation">Moves and normalises each batch.</param>
    /// <param name="device">Where batches go; the default device if null.</param>
    public ImageDataset(LabelledImages images, ImageAugmentation augmentation, Device? device = null) : this(images, default(ImageTransform), device)
    {
        ArgumentNullException.ThrowIfNull(augmentation);
        _augmentation = augmentation;
    }

    /// <inheritdoc/>
    public override int Count => _images.Count;

    /// <summary>The images.</summary>
    public LabelledImages Images => _images;

    /// <inheritdoc/>
    public override Batch Collate(ReadOnlySpan<int> indices, SampleContext context)
    {
        var labels = new long[indices.Length];
        for (var i = 0; i < indices.Length; i++) labels[i] = _images.Labels[indices[i]];
        return new([_augmentation is null ? Transformed(indices, context) : Augmented(_augmentation, indices, context), Tensor.From(labels, [indices.Length], _device)], indices.ToArray());
    }

    private Shape ShapeOf(int count) => [count, _images.Channels, _images.Height, _images.Width];

    private Tensor Augmented(ImageAugmentation augmentation, ReadOnlySpan<int> indices, SampleContext context)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(indices.Length * _images.ImageSize);
        for (var i = 0; i < indices.Length; i++) _images.Image(indices[i]).CopyTo(bytes.AsSpan(i * _images.ImageSize));
        // Run at once, ahead of the step that will use it.
        return augmentation.Apply(Tensor.From(bytes, ShapeOf(indices.Length), _device), indices, context).Realize();
    }

    private Tensor Transformed(ReadOnlySpan<int> indices, SampleContext context)
    {
        int plane = _images.Height * _images.Width, size = _images.ImageSize;
        var pixels = new float[indices.Length * size];
        for (var i = 0; i < indices.Length; i++)
        {
            var image = pixels.AsSpan(i * size, size);
            var bytes = _images.Image(indices[i]);
            for (var p = 0; p < size; p++) image[p] = bytes[p] * (1 / 255f);
            if (_transform is null) continue;
            // Each channel begins with the same numbers, so that all are moved alike.
            for (var channel = 0; channel < _images.Channels; channel++)
            {
                var random = context.Random(indices[i]);
                _transform(image.Slice(channel * plane, plane), _images.Height, _images.Width, ref random);
            }
        }
        return Tensor.From(pixels, ShapeOf(indices.Length), _device);
    }
}
