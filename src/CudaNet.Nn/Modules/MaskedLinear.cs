namespace CudaNet.Nn;

/// <summary>A partially connected layer: y = x · (M ∘ W)ᵀ + b, where the mask M says which connections there are.</summary>
/// <remarks>A weight that is masked begins as 0, and its gradient is 0, so it stays 0.</remarks>
public sealed class MaskedLinear : Layer
{
    /// <summary>A layer with fresh weights.</summary>
    /// <param name="mask">[out, in]; 0 or false where there is no connection.</param>
    /// <param name="bias">False for none.</param>
    /// <param name="random">Where the weights come from; <see cref="RandomStream.Default"/> if null.</param>
    /// <exception cref="ShapeException">The mask is no matrix.</exception>
    public MaskedLinear(Tensor mask, bool bias = true, RandomStream? random = null)
    {
        if (mask.Rank != 2) throw new ShapeException($"MaskedLinear: the mask is {mask.Shape}, but must be [out, in].");
        var whole = new Linear(mask.Shape[1], mask.Shape[0], bias, random);
        Mask = new(mask.Ne(0).To(DType.Float32).Realize());
        Weight = new((whole.Weight.Value * Mask.Value).Realize());
        Bias = whole.Bias;
    }

    /// <summary>[out, in], 1 where there is a connection.</summary>
    public State Mask { get; }

    /// <summary>[out, in].</summary>
    public Parameter Weight { get; }

    /// <summary>[out]; null for none.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => Linear.Apply(x, Weight.Value * Mask.Value, Bias?.Value);

    /// <inheritdoc/>
    public override string ToString() => $"MaskedLinear({Weight.Shape[1]}, {Weight.Shape[0]})";
}
