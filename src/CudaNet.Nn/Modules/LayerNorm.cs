namespace CudaNet.Nn;

/// <summary>Layer normalisation: y = (x − μ)/√(σ² + ε) · γ + β over the last axis.</summary>
/// <remarks>Ba, Kiros, Hinton 2016.</remarks>
public sealed class LayerNorm : Layer
{
    /// <summary>A layer that changes nothing but mean and variance at first.</summary>
    /// <param name="size">Size of the last axis.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="affine">False for no γ and β.</param>
    /// <param name="type">Element type of γ and β.</param>
    public LayerNorm(long size, double epsilon = 1e-5, bool affine = true, DType type = DType.Float32)
    {
        (Size, Epsilon) = (Sizes.Positive(size, "LayerNorm", nameof(size)), epsilon);
        if (!affine) return;
        Weight = new(Tensor.Ones([size], type));
        Bias = new(Tensor.Zeros([size], type));
    }

    /// <summary>γ [size]; null for none.</summary>
    public Parameter? Weight { get; }

    /// <summary>β [size]; null for none.</summary>
    public Parameter? Bias { get; }

    /// <summary>Size of the last axis.</summary>
    public long Size { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Rank > 0 && x.Shape[^1] == Size
        ? x.LayerNorm(Weight?.Value, Bias?.Value, Epsilon)
        : throw new ShapeException($"{this}: the input is {x.Shape}, but its last axis must have size {Size}.");

    /// <inheritdoc/>
    public override string ToString() => $"LayerNorm({Size})";
}
