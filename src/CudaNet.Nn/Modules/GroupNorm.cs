namespace CudaNet.Nn;

/// <summary>Group normalisation: y = (x − μ)/√(σ² + ε) · γ + β with the statistics of each sample's groups of channels.</summary>
/// <remarks>Wu, He 2018. One group is layer normalisation over all channels, as many groups as channels instance normalisation.</remarks>
public sealed class GroupNorm : Layer
{
    /// <summary>A layer that changes nothing but mean and variance at first.</summary>
    /// <param name="groups">Groups; divides the channels.</param>
    /// <param name="channels">Channels: the size of axis 1.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="affine">False for no γ and β.</param>
    /// <param name="type">Element type of γ and β.</param>
    /// <exception cref="ShapeException">The groups do not divide the channels.</exception>
    public GroupNorm(int groups, long channels, double epsilon = 1e-5, bool affine = true, DType type = DType.Float32)
    {
        Sizes.Positive(groups, "GroupNorm", nameof(groups));
        Sizes.Positive(channels, "GroupNorm", nameof(channels));
        if (channels % groups != 0) throw new ShapeException($"GroupNorm: {groups} groups do not divide {channels} channels. Give a divisor.");
        (Groups, Channels, Epsilon) = (groups, channels, epsilon);
        if (!affine) return;
        Weight = new(Tensor.Ones([channels], type));
        Bias = new(Tensor.Zeros([channels], type));
    }

    /// <summary>γ [channels]; null for none.</summary>
    public Parameter? Weight { get; }

    /// <summary>β [channels]; null for none.</summary>
    public Parameter? Bias { get; }

    /// <summary>Groups of channels.</summary>
    public int Groups { get; }

    /// <summary>Channels: the size of axis 1.</summary>
    public long Channels { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Rank >= 2 && x.Shape[1] == Channels
        ? x.GroupNorm(Groups, Weight?.Value, Bias?.Value, Epsilon)
        : throw new ShapeException($"{this}: the input is {x.Shape}, but must be [batch, {Channels}, …].");

    /// <inheritdoc/>
    public override string ToString() => $"GroupNorm({Groups}, {Channels})";
}
