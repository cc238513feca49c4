namespace CudaNet.Nn.Data;

/// <summary>Grey images as inputs [batch, 1, height, width] with pixels from 0 to 1, and their labels as targets [batch].</summary>
public sealed class ImageDataset : Dataset
{
    private readonly LabelledImages _images;
    private readonly ImageTransform? _transform;
    private readonly Device _device;

    /// <summary>A data set over images in memory.</summary>
    /// <param name="images">The images.</param>
    /// <param name="transform">Changes each image on its way into a batch; null for none.</param>
    /// <param name="device">Where batches go; the default device if null.</param>
    public ImageDataset(LabelledImages images, ImageTransform? transform = null, Device? device = null) =>
        (_images, _transform, _device) = (images, transform, device ?? Device.Default);

    /// <inheritdoc/>
    public override int Count => _images.Count;

    /// <summary>The images.</summary>
    public LabelledImages Images => _images;

    /// <inheritdoc/>
    public override Batch Collate(ReadOnlySpan<int> indices, SampleContext context)
    {
        var size = _images.Height * _images.Width;
        var pixels = new float[indices.Length * size];
        var labels = new long[indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            var image = pixels.AsSpan(i * size, size);
            var bytes = _images.Image(indices[i]);
            for (var p = 0; p < size; p++) image[p] = bytes[p] * (1 / 255f);
            if (_transform is not null)
            {
                var random = context.Random(indices[i]);
                _transform(image, _images.Height, _images.Width, ref random);
            }
            labels[i] = _images.Labels[indices[i]];
        }
        return new([Tensor.From(pixels, [indices.Length, 1, _images.Height, _images.Width], _device), Tensor.From(labels, [indices.Length], _device)], indices.ToArray());
    }
}
