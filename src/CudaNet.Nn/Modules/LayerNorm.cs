namespace CudaNet.Nn;

/// <summary>Layer normalisation: y = (x − μ)/√(σ² + ε) · γ + β over the last axes of each sample.</summary>
/// <remarks>Ba, Kiros, Hinton 2016.</remarks>
public sealed class LayerNorm : Layer
{
    /// <summary>Over the last axis; a layer that changes nothing but mean and variance at first.</summary>
    /// <param name="size">Size of the last axis.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="affine">False for no γ and β.</param>
    /// <param name="type">Element type of γ and β.</param>
    public LayerNorm(long size, double epsilon = 1e-5, bool affine = true, DType type = DType.Float32)
        : this(new Shape(Sizes.Positive(size, "LayerNorm", nameof(size))), epsilon, affine, type) { }

    /// <summary>Over the last axes together.</summary>
    /// <param name="shape">Their sizes, [channels, height, width] say.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="affine">False for no γ and β.</param>
    /// <param name="type">Element type of γ and β.</param>
    /// <exception cref="ShapeException">The shape has no axis.</exception>
    public LayerNorm(Shape shape, double epsilon = 1e-5, bool affine = true, DType type = DType.Float32)
    {
        if (shape.Rank == 0) throw new ShapeException("LayerNorm: the shape has no axis. Give the sizes of the last axes.");
        foreach (var size in shape) Sizes.Positive(size, "LayerNorm", nameof(shape));
        (NormalizedShape, Epsilon) = (shape, epsilon);
        if (!affine) return;
        Weight = new(Tensor.Ones(shape, type));
        Bias = new(Tensor.Zeros(shape, type));
    }

    /// <summary>γ, of the shape of the last axes; null for none.</summary>
    public Parameter? Weight { get; }

    /// <summary>β, of the same shape; null for none.</summary>
    public Parameter? Bias { get; }

    /// <summary>Sizes of the axes that are normalised together.</summary>
    public Shape NormalizedShape { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        var axes = NormalizedShape.Rank;
        if (x.Rank < axes || x.Shape.Slice(x.Rank - axes, axes) != NormalizedShape)
            throw new ShapeException($"{this}: the input is {x.Shape}, but must end with {NormalizedShape}.");
        if (Weight is not null) return x.LayerNorm(Weight, Bias?.Value, Epsilon);
        var rows = x.Shape.Slice(0, x.Rank - axes).Concat([NormalizedShape.ElementCount]);
        return x.Reshape(rows).LayerNorm(epsilon: Epsilon).Reshape(x.Shape);
    }

    /// <inheritdoc/>
    public override string ToString() => $"LayerNorm({string.Join(", ", NormalizedShape)})";
}
