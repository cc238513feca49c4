namespace CudaNet.Nn;

/// <summary>A fully connected layer that in training drops weights instead of units: y = x · (M ∘ W)ᵀ/(1 − p) + b with a fresh mask M of
/// zeros with probability p for each batch; in evaluation all weights are there.</summary>
/// <remarks>Wan, Zeiler, Zhang, LeCun, Fergus 2013, who draw a mask for each sample (which costs a matrix a sample) and sample the mean
/// field in evaluation. Weight [out, in] and bias [out] are those of <see cref="Linear"/>.</remarks>
public sealed class DropConnect : Layer
{
    private readonly RandomStream _random;

    /// <summary>A layer with fresh weights.</summary>
    /// <param name="inFeatures">Size of the input's last axis.</param>
    /// <param name="outFeatures">Size of the result's last axis.</param>
    /// <param name="p">Probability that a weight is dropped, from 0 to 1.</param>
    /// <param name="bias">False for none.</param>
    /// <param name="random">Where weights and masks come from; <see cref="RandomStream.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">p is no probability.</exception>
    /// <exception cref="ShapeException">A size is not positive.</exception>
    public DropConnect(long inFeatures, long outFeatures, double p = 0.5, bool bias = true, RandomStream? random = null)
    {
        (P, _random) = (Sizes.Probability(p, nameof(DropConnect)), random ?? RandomStream.Default);
        var linear = new Linear(inFeatures, outFeatures, bias, random);
        (Weight, Bias) = (linear.Weight, linear.Bias);
    }

    /// <summary>[out, in].</summary>
    public Parameter Weight { get; }

    /// <summary>[out]; null for none.</summary>
    public Parameter? Bias { get; }

    /// <summary>Probability that a weight is dropped.</summary>
    public double P { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (x.Rank == 0 || x.Shape[^1] != Weight.Shape[1]) throw new ShapeException($"{this}: the input is {x.Shape}, but its last axis must have {Weight.Shape[1]} features.");
        return Linear.Apply(x, IsTraining ? Weight.Value.Dropout(P, _random) : Weight.Value, Bias?.Value);
    }

    /// <inheritdoc/>
    public override string ToString() => $"DropConnect({Weight.Shape[1]}, {Weight.Shape[0]}, {P})";
}
