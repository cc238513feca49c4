namespace CudaNet.Nn;

/// <summary>What pooling by a power over one, two and three axes shares.</summary>
public abstract class LpPool : Layer
{
    private readonly int _spatial;

    private protected LpPool(int spatial, double p, Spatial kernelSize, Spatial? stride, bool ceilMode)
    {
        (_spatial, P, KernelSize, Stride, CeilMode) = (spatial, p, kernelSize, stride ?? kernelSize, ceilMode);
        if (!(p > 0)) throw new ShapeException($"{GetType().Name}: the power {p} must be above 0.");
        PoolSizes.Check(GetType().Name, spatial, KernelSize, Stride, 0);
    }

    /// <summary>The power.</summary>
    public double P { get; }

    /// <summary>Size of a window.</summary>
    public Spatial KernelSize { get; }

    /// <summary>Step between windows.</summary>
    public Spatial Stride { get; }

    /// <summary>Whether a window that reaches beyond the end counts.</summary>
    public bool CeilMode { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => _spatial switch
    {
        1 => x.LpPool1d(P, KernelSize, Stride, CeilMode),
        2 => x.LpPool2d(P, KernelSize, Stride, CeilMode),
        _ => x.LpPool3d(P, KernelSize, Stride, CeilMode),
    };

    /// <inheritdoc/>
    public override string ToString() => PoolSizes.Text(this, _spatial, KernelSize);
}
