namespace CudaNet.Ops;

/// <summary>Gradient of <see cref="ScaledDotProductAttention"/> by queries, keys and values, one behind the other in a vector: with weights p and
/// dp = g·vᵀ it is dq = scale·ds·k, dk = scale·dsᵀ·q, dv = pᵀ·g for ds = p·(dp − Σ p·dp). Inputs: queries, keys, values, upstream g, then the bias,
/// which may be missing.</summary>
public sealed record AttentionGrad(double Scale, long? Left, long? Right) : Composite<AttentionGrad>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "AttentionGrad",
        Formula = "scale·ds·k, scale·dsᵀ·q, pᵀ·g",
        ToleranceScale = 8, // a difference of sums between products, beside the weights
        Samples = AttentionSamples.Of(
            static (x, causal, window, bias) => new AttentionGrad(0.7, window, causal ? 0 : window).Apply([.. x.Take(4), .. bias ? new[] { x[4] } : []]),
            upstream: true),
        Refusals =
        [
            new("an upstream of another shape", () => new AttentionGrad(1, null, null).Apply(Tensor.Zeros([1, 1, 2, 3]), Tensor.Zeros([1, 1, 2, 3]), Tensor.Zeros([1, 1, 2, 3]), Tensor.Zeros([1, 1, 2, 4])), @"upstream \[1, 1, 2, 4\]"),
        ],
    };

    /// <inheritdoc/>
    public override Precision Precision => Precision.Half;

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        ScaledDotProductAttention.Check(Name, inputs);
        var expected = inputs[0].Shape.With(3, inputs[2].Shape[3]);
        if (inputs[3].Shape != expected) throw new ShapeException($"{Name}: upstream {inputs[3].Shape} must have the shape of the result, {expected}.");
        return new([inputs[0].Shape.ElementCount + inputs[1].Shape.ElementCount + inputs[2].Shape.ElementCount], inputs[0].DType);
    }

    /// <inheritdoc/>
    public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
    {
        var (query, key, value) = (inputs[0], inputs[1], inputs[2]);
        var heads = key.Shape[1];
        Tensor Shared(Tensor x) => x.Widened().Reshape(x.Shape.Insert(2, 1));
        var weights = ScaledDotProductAttention.Weights(query, key, inputs.Count > 4 ? inputs[4] : null, Scale, Left, Right);
        var upstream = ScaledDotProductAttention.Grouped(inputs[3], heads);
        var weightGradient = upstream.MatMul(Shared(value).TransposeLast());
        var scoreGradient = weights * (weightGradient - (weights * weightGradient).Sum(-1, keepDims: true)) * Scale;
        var gradients = new[]
        {
            scoreGradient.MatMul(Shared(key)),
            scoreGradient.TransposeLast().MatMul(ScaledDotProductAttention.Grouped(query, heads)).Sum(2),
            weights.TransposeLast().MatMul(upstream).Sum(2),
        };
        return Tensor.Concat([.. gradients.Select(x => x.Reshape(x.ElementCount))]).To(query.DType);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) =>
        2 * (3 * inputs[0].Shape.ElementCount + 2 * inputs[3].Shape.ElementCount) * inputs[1].Shape[2];

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
