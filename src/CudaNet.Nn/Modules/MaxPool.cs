namespace CudaNet.Nn;

/// <summary>What max pooling over one, two and three axes shares.</summary>
public abstract class MaxPool : Layer
{
    private readonly int _spatial;

    private protected MaxPool(int spatial, Spatial kernelSize, Spatial? stride, Spatial? padding, Spatial? dilation, bool ceilMode)
    {
        (_spatial, KernelSize, Stride, Padding, Dilation, CeilMode) = (spatial, kernelSize, stride ?? kernelSize, padding ?? 0, dilation ?? 1, ceilMode);
        PoolSizes.Check(GetType().Name, spatial, KernelSize, Stride, Padding);
        _ = Dilation.Expand(spatial, nameof(dilation), GetType().Name);
    }

    /// <summary>Size of a window.</summary>
    public Spatial KernelSize { get; }

    /// <summary>Step between windows.</summary>
    public Spatial Stride { get; }

    /// <summary>Border, which counts as −∞.</summary>
    public Spatial Padding { get; }

    /// <summary>Distance between the window's elements.</summary>
    public Spatial Dilation { get; }

    /// <summary>Whether a window that reaches beyond the end counts.</summary>
    public bool CeilMode { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => _spatial switch
    {
        1 => x.MaxPool1d(KernelSize, Stride, Padding, Dilation, CeilMode),
        2 => x.MaxPool2d(KernelSize, Stride, Padding, Dilation, CeilMode),
        _ => x.MaxPool3d(KernelSize, Stride, Padding, Dilation, CeilMode),
    };

    /// <inheritdoc/>
    public override string ToString() => PoolSizes.Text(this, _spatial, KernelSize);
}
