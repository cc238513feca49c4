namespace CudaNet.Nn;

/// <summary>Instance normalisation: y = (x − μ)/√(σ² + ε) · γ + β with the statistics of each channel of each sample.</summary>
/// <remarks>Ulyanov, Vedaldi, Lempitsky 2016. As in PyTorch's default there are no running statistics: evaluation is as training.</remarks>
public abstract class InstanceNorm : Layer
{
    private readonly int _axes;

    /// <summary>A layer that changes nothing but mean and variance at first.</summary>
    private protected InstanceNorm(int axes, long channels, double epsilon, bool affine, DType type)
    {
        (_axes, Channels, Epsilon) = (axes, Sizes.Positive(channels, GetType().Name, nameof(channels)), epsilon);
        if (!affine) return;
        Weight = new(Tensor.Ones([channels], type));
        Bias = new(Tensor.Zeros([channels], type));
    }

    /// <summary>γ [channels]; null for none.</summary>
    public Parameter? Weight { get; }

    /// <summary>β [channels]; null for none.</summary>
    public Parameter? Bias { get; }

    /// <summary>Channels: the size of axis 1.</summary>
    public long Channels { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (x.Rank != _axes + 2 || x.Shape[1] != Channels)
            throw new ShapeException($"{this}: the input is {x.Shape}, but must be [batch, {Channels}, {(_axes == 1 ? "length" : _axes == 2 ? "height, width" : "depth, height, width")}].");
        if (x.ElementCount > 0 && x.ElementCount / x.Shape[0] / Channels == 1)
            throw new ShapeException($"{this}: the input {x.Shape} has one value a channel, which has no variance. Give larger ones.");
        return x.GroupNorm((int)Channels, Weight?.Value, Bias?.Value, Epsilon);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({Channels})";
}
