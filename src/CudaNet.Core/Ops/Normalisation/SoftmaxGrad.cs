namespace CudaNet.Ops;

/// <summary>Gradient of <see cref="Softmax"/>, y·(g − Σ g·y), or of its logarithm <see cref="LogSoftmax"/>, g − eʸ·Σ g, from the result y and the
/// upstream gradient g.</summary>
/// <param name="Axis">What the softmax is along.</param>
/// <param name="Logarithm">Whether y is the logarithm of the softmax.</param>
public sealed record SoftmaxGrad(int Axis, bool Logarithm) : Composite<SoftmaxGrad>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "SoftmaxGrad",
        Formula = "y·(g − Σ g·y), of the logarithm g − eʸ·Σ g",
        ToleranceScale = 4, // a sum, its difference, and exp
        Samples = [.. MakeSamples(false), .. MakeSamples(true)],
        Refusals = [new("an upstream of another shape", () => new SoftmaxGrad(1, false).Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 4])), @"upstream \[2, 4\].*\[2, 3\]")],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        NormGrad.CheckUpstream(Name, inputs);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
    {
        var (y, g) = (inputs[0].Widened(), inputs[1].Widened());
        var gradient = Logarithm ? g - y.Exp() * g.Sum(Axis, keepDims: true) : y * (g - (g * y).Sum(Axis, keepDims: true));
        return gradient.To(inputs[0].DType);
    }

    /// <inheritdoc/>
    public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) =>
        batched.Contains(false) ? Composites.Vmap(this, inputs, batched) : new SoftmaxGrad(Axis + 1, Logarithm).Apply([.. inputs]);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 5 * output.Shape.ElementCount;

    private static IEnumerable<Sample> MakeSamples(bool logarithm)
    {
        Sample Of(string name, Shape shape, int axis, SampleView view = SampleView.Contiguous) => new(
            logarithm ? name + ", logarithm" : name, [new(shape, Domain.Any, view), new(shape, Domain.Any)], x => new SoftmaxGrad(axis, logarithm).Apply(x[0], x[1]))
        { SumLength = Math.Max(1, shape[axis]) };
        yield return Of("rows", [3, 5], 1);
        yield return Of("first axis", [7, 3], 0);
        yield return Of("long rows", [3, 1037], 1);
        yield return Of("many short rows", [131, 10], 1);
        yield return Of("size 1", [3, 1], 1);
        yield return Of("no rows", [0, 3], 1);
        foreach (var view in Enum.GetValues<SampleView>().Skip(1)) yield return Of($"{view}", [4, 5], 1, view);
    }
}
