namespace CudaNet.Nn;

/// <summary>x above 0 and a·x below, with a learned slope a: one for all, or one for each channel (axis 1).</summary>
/// <remarks>He, Zhang, Ren, Sun 2015. Keep weight decay off the slopes: it would pull them to 0, which is a ReLU.</remarks>
public sealed class PReLU : Layer
{
    /// <summary>With fresh slopes.</summary>
    /// <param name="channels">How many slopes: 1, or the size of axis 1.</param>
    /// <param name="initial">Their first value.</param>
    /// <param name="type">Their element type.</param>
    public PReLU(long channels = 1, double initial = 0.25, DType type = DType.Float32) =>
        Weight = new(Tensor.Full([Sizes.Positive(channels, "PReLU", "channels")], initial, type));

    /// <summary>The slopes, [channels].</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Prelu(Weight);

    /// <inheritdoc/>
    public override string ToString() => $"PReLU({Weight.Shape[0]})";
}
