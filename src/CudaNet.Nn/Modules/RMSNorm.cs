namespace CudaNet.Nn;

/// <summary>Normalisation by the root mean square: y = x/√(mean of x² + ε) · γ over the last axes.</summary>
/// <remarks>Zhang, Sennrich 2019.</remarks>
public sealed class RMSNorm : Layer
{
    /// <summary>A layer that changes nothing but the scale at first.</summary>
    /// <param name="shape">Sizes of the last axes.</param>
    /// <param name="epsilon">Added to the mean square; 2⁻²³ (2⁻⁵² in double precision) if null, as in PyTorch.</param>
    /// <param name="affine">False for no γ.</param>
    /// <param name="type">Element type of γ.</param>
    /// <exception cref="ShapeException">The shape has no axis.</exception>
    public RMSNorm(Shape shape, double? epsilon = null, bool affine = true, DType type = DType.Float32)
    {
        if (shape.Rank == 0) throw new ShapeException("RMSNorm: the shape has no axis. Give the sizes of the last axes.");
        foreach (var size in shape) Sizes.Positive(size, "RMSNorm", nameof(shape));
        (NormalizedShape, Epsilon) = (shape, epsilon ?? Math.Pow(2, type == DType.Float64 ? -52 : -23));
        if (affine) Weight = new(Tensor.Ones(shape, type));
    }

    /// <summary>γ, of the shape of the last axes; null for none.</summary>
    public Parameter? Weight { get; }

    /// <summary>Sizes of the axes that are normalised together.</summary>
    public Shape NormalizedShape { get; }

    /// <summary>Added to the mean square.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        var axes = NormalizedShape.Rank;
        if (x.Rank < axes || x.Shape.Slice(x.Rank - axes, axes) != NormalizedShape)
            throw new ShapeException($"{this}: the input is {x.Shape}, but must end with {NormalizedShape}.");
        if (Weight is not null) return x.RmsNorm(Weight, Epsilon);
        return x.Reshape(x.Shape.Slice(0, x.Rank - axes).Concat([NormalizedShape.ElementCount])).RmsNorm(epsilon: Epsilon).Reshape(x.Shape);
    }

    /// <inheritdoc/>
    public override string ToString() => $"RMSNorm({string.Join(", ", NormalizedShape)})";
}
