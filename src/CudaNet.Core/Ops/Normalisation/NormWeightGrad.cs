namespace CudaNet.Ops;

/// <summary>Gradients of a normalisation x̂·γ + β by γ, Σ g·x̂, and by β, Σ g, one behind the other: [2, …Weights]; only the first, [1, …Weights], of one
/// that does not subtract the mean. Inputs: x, upstream g.</summary>
/// <param name="Axes">What x was normalised over.</param>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="Centred">Whether the mean was subtracted.</param>
/// <param name="Weights">Shape of γ and β: the rank of x, with sizes that are 1 or those of x. Sums are over the axes of size 1.</param>
/// <remarks>Apart from <see cref="NormGrad"/>, whose result is as large as x and soon free again, while these wait for the optimizer.</remarks>
public sealed record NormWeightGrad(Axes Axes, double Epsilon, bool Centred, Shape Weights) : Composite<NormWeightGrad>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "NormWeightGrad",
        Formula = "Σ g·x̂ and Σ g",
        ToleranceScale = 8, // a difference of close numbers, divided by a root
        Samples = NormGradSamples.Of(weighted: false, (x, axes, centred) => new NormWeightGrad(axes, 1e-5, centred, x[2].Shape).Apply(x[0], x[1])),
        Refusals =
        [
            new("an upstream of another shape", () => new NormWeightGrad(1, 0, true, [1, 3]).Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 4])), @"upstream \[2, 4\].*\[2, 3\]"),
            new("a scale of another size", () => new NormWeightGrad(1, 0, true, [1, 2]).Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3])), @"scale \[1, 2\].*\[2, 3\]"),
        ],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        NormGrad.CheckUpstream(Name, inputs);
        NormGrad.CheckWeights(Name, inputs[0].Shape, Weights);
        return new(Weights.Insert(0, Centred ? 2 : 1), inputs[0].DType);
    }

    /// <inheritdoc/>
    public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
    {
        var (x, g) = (inputs[0].Widened(), inputs[1].Widened());
        var normalized = NormGrad.Normalized(x, Axes, Epsilon, Centred).Normalized;
        Axes summed = [.. Enumerable.Range(0, x.Rank).Where(axis => Weights[axis] == 1)];
        Tensor Sum(Tensor each) => (summed.Count == 0 ? each : each.Sum(summed, keepDims: true)).Reshape(Weights.Insert(0, 1));
        return (Centred ? Tensor.Concat([Sum(g * normalized), Sum(g)], 0) : Sum(g * normalized)).To(inputs[0].DType);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 8 * inputs[0].Shape.ElementCount;
}
