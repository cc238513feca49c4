namespace CudaNet.Ops;

/// <summary>Gradient of <see cref="ScaledDotProductAttention"/> by queries, keys and values, one behind the other in a vector: with weights p and
/// dp = g·vᵀ it is dq = scale·ds·k, dk = scale·dsᵀ·q, dv = pᵀ·g for ds = p·(dp − Σ p·dp + h), h the upstream of the logarithms. Dropped weights
/// count in dv only and their dp is 0. Inputs: those of attention, then g, then h where the rule has logarithms.</summary>
public sealed record AttentionGrad(AttentionRule Rule) : Composite<AttentionGrad>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "AttentionGrad",
        Formula = "scale·ds·k, scale·dsᵀ·q, pᵀ·g",
        ToleranceScale = 8, // a difference of sums between products, beside the weights
        Samples = AttentionSamples.OfGradient(),
        Refusals =
        [
            new("an upstream of another shape", () => new AttentionGrad(new AttentionRule(1)).Apply(Tensor.Zeros([1, 1, 2, 3]), Tensor.Zeros([1, 1, 2, 3]), Tensor.Zeros([1, 1, 2, 3]), Tensor.Zeros([1, 1, 2, 4])), @"upstream \[1, 1, 2, 4\]"),
            new("no upstream of the logarithms", () => new AttentionGrad(new AttentionRule(1) { LogSumExp = true }).Apply(Tensor.Zeros([1, 1, 2, 3]), Tensor.Zeros([1, 1, 2, 3]), Tensor.Zeros([1, 1, 2, 3]), Tensor.Zeros([1, 1, 2, 3])), "5 inputs"),
        ],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        var count = Rule.Upstream + (Rule.LogSumExp ? 2 : 1);
        if (inputs.Length != count) throw new ShapeException($"{Name}: {inputs.Length} inputs for a rule that takes {count} inputs.");
        ScaledDotProductAttention.Check(Name, Rule, inputs);
        var expected = inputs[0].Shape.With(3, inputs[2].Shape[3]);
        if (inputs[Rule.Upstream].Shape != expected) throw new ShapeException($"{Name}: upstream {inputs[Rule.Upstream].Shape} must have the shape of the result, {expected}.");
        if (Rule.LogSumExp && inputs[Rule.LogUpstream].Shape != expected.Slice(0, 3))
            throw new ShapeException($"{Name}: the logarithms' upstream {inputs[Rule.LogUpstream].Shape} must be {expected.Slice(0, 3)}.");
        return new([inputs[0].Shape.ElementCount + inputs[1].Shape.ElementCount + inputs[2].Shape.ElementCount], inputs[0].DType);
    }

    /// <inheritdoc/>
    public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
    {
        var (query, key, value) = (inputs[0], inputs[1], inputs[2]);
        var heads = key.Shape[1];
        Tensor Shared(Tensor x) => x.Widened().Reshape(x.Shape.Insert(2, 1));
        var weights = ScaledDotProductAttention.Scores(Rule, inputs).Softmax();
        var upstream = ScaledDotProductAttention.Grouped(inputs[Rule.Upstream], heads);
        var weightGradient = ScaledDotProductAttention.Dropped(Rule, inputs, upstream.MatMul(Shared(value).TransposeLast()));
        var change = weightGradient - (weights * weightGradient).Sum(-1, keepDims: true);
        if (Rule.LogSumExp) change += inputs[Rule.LogUpstream].Reshape(weights.Shape.With(4, 1)).To(weights.DType);
        var scoreGradient = weights * change * Rule.Scale;
        var gradients = new[]
        {
            scoreGradient.MatMul(Shared(key)),
            scoreGradient.TransposeLast().MatMul(ScaledDotProductAttention.Grouped(query, heads)).Sum(2),
            ScaledDotProductAttention.Dropped(Rule, inputs, weights).TransposeLast().MatMul(upstream).Sum(2),
        };
        return Tensor.Concat([.. gradients.Select(x => x.Reshape(x.ElementCount))]).To(query.DType);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) =>
        2 * (3 * inputs[0].Shape.ElementCount + 2 * inputs[Rule.Upstream].Shape.ElementCount) * inputs[1].Shape[2];

    /// <summary>The three gradients as they lie in the vector.</summary>
    internal static Tensor[] Parts(Tensor packed, IReadOnlyList<Tensor> inputs)
    {
        var parts = new Tensor[3];
        long start = 0;
        for (var k = 0; k < parts.Length; k++)
        {
            parts[k] = packed.Narrow(0, start, inputs[k].ElementCount).Reshape(inputs[k].Shape);
            start += inputs[k].ElementCount;
        }
        return parts;
    }
}
