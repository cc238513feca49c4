namespace CudaNet.Nn;

/// <summary>The average of each window of an image: [batch, channels, height, width] to [batch, channels, height', width'].</summary>
public sealed class AvgPool2d : Layer
{
    /// <summary>A pooling layer.</summary>
    /// <param name="kernelSize">Rows and columns of a window.</param>
    /// <param name="stride">Step between windows; the window's size if null.</param>
    /// <param name="padding">Border around the image, at most half of the window.</param>
    public AvgPool2d(int kernelSize, int? stride = null, int padding = 0)
    {
        Sizes.Positive(kernelSize, "AvgPool2d", nameof(kernelSize));
        (KernelSize, Stride, Padding) = (kernelSize, (int)Sizes.Positive(stride ?? kernelSize, "AvgPool2d", nameof(stride)), padding);
    }

    /// <summary>Rows and columns of a window.</summary>
    public int KernelSize { get; }

    /// <summary>Step between windows.</summary>
    public int Stride { get; }

    /// <summary>Border around the image.</summary>
    public int Padding { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.AvgPool2d(KernelSize, Stride, Padding);

    /// <inheritdoc/>
    public override string ToString() => $"AvgPool2d({KernelSize}×{KernelSize})";
}
