namespace CudaNet.Nn;

/// <summary>A mixture of experts: y = Σₑ g(x)ₑ · fₑ(x), where the gate g = softmax of its scores weighs the experts fₑ.</summary>
/// <remarks>Jacobs, Jordan, Nowlan, Hinton 1991; the k best as in Shazeer and others 2017. All experts are computed and those that are not
/// chosen are weighed by 0, so it saves no time: it is for learning what a routing learns.</remarks>
public sealed class MixtureOfExperts : Module
{
    /// <summary>A mixture.</summary>
    /// <param name="gate">From inputs [batch, …] to scores [batch, experts].</param>
    /// <param name="experts">From inputs [batch, …] to results [batch, …] of one shape.</param>
    /// <param name="topK">Experts that an example may use, their weights scaled to add up to 1; null for all.</param>
    /// <exception cref="ArgumentException">There is no expert, or not as many as topK.</exception>
    public MixtureOfExperts(Module gate, IEnumerable<Module> experts, int? topK = null)
    {
        (Gate, Experts, TopK) = (gate, [.. experts], topK);
        if (Experts.Count == 0) throw new ArgumentException("MixtureOfExperts: there is no expert. Give one at least.", nameof(experts));
        if (topK < 1 || topK > Experts.Count) throw new ArgumentException($"MixtureOfExperts: topK is {topK}, but must be 1 to {Experts.Count}, the number of experts.", nameof(topK));
    }

    /// <summary>From inputs to scores.</summary>
    public Module Gate { get; }

    /// <summary>What is mixed.</summary>
    public List<Module> Experts { get; }

    /// <summary>Experts that an example may use; null for all.</summary>
    public int? TopK { get; }

    /// <summary>The weights of the experts, [batch, experts]; each row adds up to 1.</summary>
    public Tensor Weights(Tensor x)
    {
        var weights = Gate.Forward(x).Softmax();
        if (TopK is not { } k || k == Experts.Count) return weights;
        var chosen = weights.ZerosLike().Scatter(weights.TopK(k).Indices, weights.TopK(k).Values.OnesLike(), 1);
        var kept = weights * chosen.Detach();
        return kept / kept.Sum(1, keepDims: true);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        var weights = Weights(x);
        Tensor? sum = null;
        for (var e = 0; e < Experts.Count; e++)
        {
            var y = Experts[e].Forward(x);
            var weight = weights.Select(1, e).Reshape([weights.Shape[0], .. Enumerable.Repeat(1L, y.Rank - 1)]);
            sum = sum is null ? weight * y : sum + weight * y;
        }
        return sum!;
    }

    /// <summary>E · Σₑ (share of examples that go to e first) · (mean weight of e): 1 when all experts are used alike, up to E when one is.</summary>
    /// <remarks>Fedus, Zoph, Shazeer 2022.</remarks>
    public Tensor BalanceLoss(Tensor x)
    {
        var weights = Gate.Forward(x).Softmax();
        var share = weights.ArgMax(1).OneHot(Experts.Count, weights.DType).Mean(0);
        return (share.Detach() * weights.Mean(0)).Sum() * Experts.Count;
    }

    /// <inheritdoc/>
    public override string ToString() => $"MixtureOfExperts({Experts.Count}{(TopK is { } k ? $", top {k}" : "")})";
}
