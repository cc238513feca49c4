namespace CudaNet.Ops;

/// <summary>Gradient of a normalisation x̂·γ + β by x: r·(g·γ − mean(g·γ) − x̂·mean(g·γ·x̂)), where r = 1/√(σ² + ε) and means are over the normalised
/// axes. Inputs: x, upstream g, then γ, of the rank of x with sizes that are 1 or those of x; γ may be missing.</summary>
/// <param name="Axes">What x was normalised over.</param>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="Centred">Whether the mean was subtracted; else σ² is the mean of squares, and mean(g·γ) is left out.</param>
/// <remarks>Statistics are taken again from x: a row is read once more while it is in cache, and nothing has to be kept from the forward pass.</remarks>
public sealed record NormGrad(Axes Axes, double Epsilon, bool Centred) : Composite<NormGrad>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "NormGrad",
        Formula = "r·(g·γ − mean(g·γ) − x̂·mean(g·γ·x̂))",
        ToleranceScale = 16, // differences of close numbers, three deep
        Samples = NormGradSamples.Of(weighted: true, (x, axes, centred) => new NormGrad(axes, 1e-5, centred).Apply([.. x])),
        Refusals =
        [
            new("an upstream of another shape", () => new NormGrad(1, 0, true).Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 4])), @"upstream \[2, 4\].*\[2, 3\]"),
            new("a scale of another size", () => new NormGrad(1, 0, true).Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3]), Tensor.Zeros([1, 2])), @"scale \[1, 2\].*\[2, 3\]"),
        ],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        CheckUpstream(Name, inputs);
        if (inputs.Length > 2) CheckWeights(Name, inputs[0].Shape, inputs[2].Shape);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
    {
        var (x, g) = (inputs[0].Widened(), inputs[1].Widened());
        var (normalized, scale) = Normalized(x, Axes, Epsilon, Centred);
        // A factor that is the same for all that is normalised together stays outside of the sums, which then are those of γ and β as well.
        var gamma = inputs.Count > 2 ? inputs[2].Widened() : null;
        var isCommon = true;
        foreach (var axis in Axes) isCommon &= gamma is null || gamma.Shape[axis] == 1;
        if (!isCommon) (g, gamma) = (g * gamma!, null);
        var groups = new Moments(Axes).Infer([new(x.Shape, x.DType)]).Shape.Without(0);
        var means = new NormWeightGrad(Axes, Epsilon, Centred, groups).Apply(x, g) / (double)(x.ElementCount / Math.Max(1, groups.ElementCount));
        var gradient = (Centred ? g - means.Select(0, 1) : g) - normalized * means.Select(0, 0);
        return ((gamma is null ? scale : scale * gamma) * gradient).To(inputs[0].DType);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 12 * output.Shape.ElementCount;

    /// <summary>x̂ and 1/√(σ² + ε) of a normalisation.</summary>
    internal static (Tensor Normalized, Tensor Scale) Normalized(Tensor x, Axes axes, double epsilon, bool centred)
    {
        if (!centred)
        {
            var factor = ((x * x).Mean(axes, keepDims: true) + epsilon).Rsqrt();
            return (x * factor, factor);
        }
        var (mean, variance) = Moments.Of(x, axes);
        var scale = (variance + epsilon).Rsqrt();
        return ((x - mean) * scale, scale);
    }

    /// <summary>The gradients of a normalisation by its inputs x, γ and β, of which the last ones may be missing; those that are wanted.</summary>
    internal static IReadOnlyList<Tensor?> Of(Autodiff.GradientContext context, Axes axes, double epsilon, bool centred)
    {
        var x = context.Inputs[0];
        // γ may have the last axes of x only; here it gets the others with size 1.
        Shape Aligned(Tensor weights) => new([.. Enumerable.Repeat(1L, x.Rank - weights.Rank), .. weights.Shape]);
        var result = new Tensor?[context.Inputs.Count];
        if (context.Needs[0])
            result[0] = new NormGrad(axes, epsilon, centred).Apply([x, context.Upstream, .. context.Inputs.Skip(1).Take(1).Select(gamma => gamma.Reshape(Aligned(gamma)))]);
        if (!context.Needs.Skip(1).Contains(true)) return result;
        var weights = new NormWeightGrad(axes, epsilon, centred, Aligned(context.Inputs[1])).Apply(x, context.Upstream);
        for (var k = 1; k < result.Length; k++)
            if (context.Needs[k]) result[k] = weights.Select(0, k - 1).Reshape(context.Inputs[k].Shape);
        return result;
    }

    internal static void CheckUpstream(string name, ReadOnlySpan<TensorType> inputs)
    {
        if (inputs[1].Shape != inputs[0].Shape) throw new ShapeException($"{name}: upstream {inputs[1].Shape} must have the shape of x, {inputs[0].Shape}.");
    }

    internal static void CheckWeights(string name, Shape x, Shape weights)
    {
        var fits = weights.Rank == x.Rank;
        for (var k = 0; fits && k < x.Rank; k++) fits = weights[k] == 1 || weights[k] == x[k];
        if (!fits) throw new ShapeException($"{name}: scale {weights} must have the rank of x {x}, and each of its sizes must be 1 or that of x.");
    }
}
