using CudaNet.Nn.Initializers;

namespace CudaNet.Nn;

/// <summary>A fully connected layer: y = x · Wᵀ + b.</summary>
/// <remarks>Weight [out, in] and bias [out] start as in PyTorch: uniform within ±1/√in.</remarks>
public sealed class Linear : Layer
{
    /// <summary>A layer with fresh weights.</summary>
    /// <param name="inFeatures">Size of the input's last axis.</param>
    /// <param name="outFeatures">Size of the result's last axis.</param>
    /// <param name="bias">False for none.</param>
    /// <param name="random">Where the weights come from; <see cref="RandomStream.Default"/> if null.</param>
    /// <param name="type">Element type of the weights.</param>
    public Linear(long inFeatures, long outFeatures, bool bias = true, RandomStream? random = null, DType type = DType.Float32)
    {
        (InFeatures, OutFeatures) = (Sizes.Positive(inFeatures, "Linear", "inFeatures"), Sizes.Positive(outFeatures, "Linear", "outFeatures"));
        Weight = new(Init.KaimingUniform([outFeatures, inFeatures], random, Math.Sqrt(5), type));
        if (bias) Bias = new(Init.Uniform([outFeatures], random, -1 / Math.Sqrt(inFeatures), 1 / Math.Sqrt(inFeatures), type));
    }

    /// <summary>[out, in].</summary>
    public Parameter Weight { get; }

    /// <summary>[out]; null for none.</summary>
    public Parameter? Bias { get; }

    /// <summary>Size of the input's last axis.</summary>
    public long InFeatures { get; }

    /// <summary>Size of the result's last axis.</summary>
    public long OutFeatures { get; }

    /// <summary>[…, in] to […, out].</summary>
    /// <exception cref="ShapeException">The last axis of x is not of size in.</exception>
    protected override Tensor Compute(Tensor x)
    {
        if (x.Rank == 0 || x.Shape[^1] != InFeatures)
            throw new ShapeException($"{this}: the input is {x.Shape}, but its last axis must have {InFeatures} features."
                + (x.Rank > 1 && x.Shape.ElementCount / Math.Max(1, x.Shape[0]) == InFeatures ? " Put a Flatten before the layer." : ""));
        return Apply(x, Weight, Bias?.Value);
    }

    /// <summary>x · Wᵀ + b for weights that come from anywhere, another network perhaps.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias = null)
    {
        var product = x.MatMul(weight.T);
        return bias is null ? product : product + bias;
    }

    /// <inheritdoc/>
    public override string ToString() => $"Linear({InFeatures}, {OutFeatures}{(Bias is null ? ", no bias" : "")})";
}
