namespace CudaNet.Nn;

/// <summary>What average pooling over one, two and three axes shares.</summary>
public abstract class AvgPool : Layer
{
    private readonly int _spatial;

    private protected AvgPool(int spatial, Spatial kernelSize, Spatial? stride, Spatial? padding, bool ceilMode, bool countIncludePad)
    {
        (_spatial, KernelSize, Stride, Padding, CeilMode, CountIncludePad) = (spatial, kernelSize, stride ?? kernelSize, padding ?? 0, ceilMode, countIncludePad);
        PoolSizes.Check(GetType().Name, spatial, KernelSize, Stride, Padding);
    }

    /// <summary>Size of a window.</summary>
    public Spatial KernelSize { get; }

    /// <summary>Step between windows.</summary>
    public Spatial Stride { get; }

    /// <summary>Border of zeros.</summary>
    public Spatial Padding { get; }

    /// <summary>Whether a window that reaches beyond the end counts.</summary>
    public bool CeilMode { get; }

    /// <summary>Whether the zeros of the border count in the mean.</summary>
    public bool CountIncludePad { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => _spatial switch
    {
        1 => x.AvgPool1d(KernelSize, Stride, Padding, CeilMode, CountIncludePad),
        2 => x.AvgPool2d(KernelSize, Stride, Padding, CeilMode, CountIncludePad),
        _ => x.AvgPool3d(KernelSize, Stride, Padding, CeilMode, CountIncludePad),
    };

    /// <inheritdoc/>
    public override string ToString() => PoolSizes.Text(this, _spatial, KernelSize);
}
