namespace CudaNet.Nn;

/// <summary>A fully connected layer with 8-bit weights, for inference: y = x · Wᵀ + b. Each row of W has a scale; rows of x stay as they are.</summary>
/// <remarks>Takes a quarter of the memory of <see cref="Linear"/>, and for a few rows of x about a quarter of the time, which is that of reading W.
/// A weight is off by at most half a step of its row, a 254th of the row's greatest weight.</remarks>
public sealed class QuantizedLinear : Layer
{
    /// <summary>A layer with the weights of another, rounded.</summary>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out]; null for none.</param>
    /// <exception cref="ShapeException">The weight is no matrix, or the bias is not [out].</exception>
    public QuantizedLinear(Tensor weight, Tensor? bias = null)
    {
        ArgumentNullException.ThrowIfNull(weight);
        if (weight.Rank != 2) throw new ShapeException($"QuantizedLinear: the weight is {weight.Shape}, but must be [out, in].");
        if (bias is not null && bias.Shape != new Shape(weight.Shape[0]))
            throw new ShapeException($"QuantizedLinear: the bias is {bias.Shape}, but the weight {weight.Shape} has {weight.Shape[0]} outputs.");
        var (values, scale) = weight.QuantizeRows();
        (Weight, Scale) = (new(values.Realize()), new(scale.Realize()));
        if (bias is not null) Bias = new(bias.Realize());
    }

    /// <summary>A layer with the weights of a <see cref="Linear"/>, rounded.</summary>
    public QuantizedLinear(Linear layer) : this(layer?.Weight.Value ?? throw new ArgumentNullException(nameof(layer)), layer.Bias?.Value)
    {
    }

    /// <summary>[out, in], UInt8: 128 stands for 0.</summary>
    public State Weight { get; }

    /// <summary>[out, 1], Float32.</summary>
    public State Scale { get; }

    /// <summary>[out]; null for none.</summary>
    public State? Bias { get; }

    /// <summary>[…, in] to […, out].</summary>
    /// <exception cref="ShapeException">The last axis of x is not of size in.</exception>
    protected override Tensor Compute(Tensor x)
    {
        if (x.Rank == 0 || x.Shape[^1] != Weight.Shape[1])
            throw new ShapeException($"{this}: the input is {x.Shape}, but its last axis must have {Weight.Shape[1]} features.");
        var rows = x.Rank == 1 ? x.Unsqueeze(0) : x;
        var product = rows.QuantizedMatMul(Weight.Value.T, Scale.Value.T);
        if (x.Rank == 1) product = product.Squeeze(0);
        return Bias is null ? product : product + Bias.Value;
    }

    /// <inheritdoc/>
    public override string ToString() => $"QuantizedLinear({Weight.Shape[1]}, {Weight.Shape[0]}{(Bias is null ? ", no bias" : "")})";
}
