namespace CudaNet.Ops;

/// <summary>Gradient of <see cref="MaxPool"/>: each upstream value goes to the first maximum of its window. Inputs: x, upstream.</summary>
public sealed record MaxPoolGrad(ConvGeometry Geometry, Shape Kernel) : Composite<MaxPoolGrad>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "MaxPoolGrad",
        Formula = "x′[n, c, i] = Σ y′[n, c, p] over the windows p whose first maximum is i",
        Samples =
        [
            Of("2×2", [2, 3, 6, 8], [2, 2], [2, 2]), Of("overlapping", [2, 2, 7, 8], [3, 3], [2, 2]), Of("padding", [2, 2, 5, 6], [3, 3], [1, 1], 1),
            Of("odd size", [2, 1, 7, 5], [2, 2], [2, 2]), Of("no examples", [0, 2, 4, 4], [2, 2], [2, 2]), Of("one axis", [2, 2, 9], [3], [2]), Of("three axes", [1, 2, 4, 4, 3], [2, 2, 2], [2, 1, 1]),
            new("ties go to the first", [new([1, 1, 4, 6], Domain.Integers(0, 1)), new([1, 1, 2, 3], Domain.Any)], x => new MaxPoolGrad(new([2, 2], [0, 0], [0, 0], [1, 1], 1), [2, 2]).Apply(x[0], x[1])) { Differentiable = false },
        ],
        Refusals = [new("a gradient of another shape", () => new MaxPoolGrad(new([2], [0], [0], [1], 1), [2]).Apply(Tensor.Zeros([1, 1, 4]), Tensor.Zeros([1, 1, 3])), "does not give")],
        GradientOrder = 1,
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => Pooling.Infer(Name, Geometry, Kernel, inputs[0]).Shape == inputs[1].Shape
        ? inputs[0]
        : throw new ShapeException($"{Name}: pooling of {inputs[0].Shape} does not give {inputs[1].Shape}.");

    /// <inheritdoc/>
    public override Tensor Decompose(IReadOnlyList<Tensor> inputs) => Pooling.Pullback(new MaxPool(Geometry, Kernel), inputs[0], inputs[1]);

    /// <inheritdoc/>
    public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
    {
        var batch = (batched[0] ? inputs[0] : inputs[1]).Shape[0];
        var upstream = ConvBatching.IntoLeading(ConvBatching.WithBatch(inputs[1], batched[1], batch));
        return ConvBatching.OverExamples(x => Apply(x, upstream), ConvBatching.WithBatch(inputs[0], batched[0], batch));
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => inputs[1].Shape.ElementCount * Kernel.ElementCount;

    private static Sample Of(string name, Shape x, Shape kernel, Shape stride, long padding = 0)
    {
        var borders = new long[kernel.Rank];
        Array.Fill(borders, padding);
        var ones = new long[kernel.Rank];
        Array.Fill(ones, 1);
        var geometry = new ConvGeometry(stride, borders, borders, ones, 1);
        var y = Pooling.Infer(name, geometry, kernel, new(x, DType.Float32)).Shape;
        return new(name, [new(x, Domain.Different), new(y, Domain.Any)], t => new MaxPoolGrad(geometry, kernel).Apply(t[0], t[1])) { SumLength = kernel.ElementCount };
    }
}
