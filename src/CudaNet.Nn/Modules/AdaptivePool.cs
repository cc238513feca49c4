namespace CudaNet.Nn;

/// <summary>What pooling to a given size shares, be it of the average or of the maximum.</summary>
public abstract class AdaptivePool : Layer
{
    private readonly int _spatial;
    private readonly bool _max;

    private protected AdaptivePool(int spatial, bool max, Spatial outputSize)
    {
        (_spatial, _max, OutputSize) = (spatial, max, outputSize);
        _ = outputSize.Expand(spatial, nameof(outputSize), GetType().Name);
    }

    /// <summary>Size of the result.</summary>
    public Spatial OutputSize { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => (_spatial, _max) switch
    {
        (1, true) => x.AdaptiveMaxPool1d(OutputSize),
        (2, true) => x.AdaptiveMaxPool2d(OutputSize),
        (_, true) => x.AdaptiveMaxPool3d(OutputSize),
        (1, _) => x.AdaptiveAvgPool1d(OutputSize),
        (2, _) => x.AdaptiveAvgPool2d(OutputSize),
        _ => x.AdaptiveAvgPool3d(OutputSize),
    };

    /// <inheritdoc/>
    public override string ToString() => PoolSizes.Text(this, _spatial, OutputSize);
}
