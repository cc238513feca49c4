using CudaNet.Autodiff;

namespace CudaNet.Ops;

/// <summary>Gradient of <see cref="AvgPool"/>: each upstream value is spread evenly over its window. <paramref name="Size"/> is the
/// spatial size of the result.</summary>
public sealed record AvgPoolGrad(ConvGeometry Geometry, Shape Kernel, Integers Counted, Shape Size) : Composite<AvgPoolGrad>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "AvgPoolGrad",
        Formula = "x′[n, c, i] = Σ y′[n, c, p] / count(p) over the windows p that hold i",
        Samples =
        [
            Of("2×2", [6, 8], [2, 2], [2, 2]), Of("overlapping", [7, 8], [3, 3], [2, 2]), Of("padding", [5, 6], [3, 3], [1, 1], 1), Of("odd size", [7, 5], [2, 2], [2, 2]),
            Of("border not counted", [5, 6], [3, 3], [2, 2], 1, -1), Of("one axis", [9], [3], [2]), Of("three axes", [4, 4, 3], [2, 2, 2], [2, 1, 1]),
        ],
        Refusals = [new("a gradient of another shape", () => new AvgPoolGrad(new([2], [0], [0], [1], 1), [2], [0], [4]).Apply(Tensor.Zeros([1, 1, 3])), "does not give")],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        var x = new TensorType(inputs[0].Shape.Slice(0, 2).Concat(Size.Span), inputs[0].DType);
        return Pooling.Infer(Name, Geometry, Kernel, x).Shape == inputs[0].Shape
            ? x
            : throw new ShapeException($"{Name}: pooling of {x.Shape} does not give {inputs[0].Shape}.");
    }

    /// <inheritdoc/>
    public override Tensor Decompose(IReadOnlyList<Tensor> inputs) =>
        Pooling.Pullback(new AvgPool(Geometry, Kernel, Counted), Tensor.Zeros(inputs[0].Shape.Slice(0, 2).Concat(Size.Span), inputs[0].DType, inputs[0].Device), inputs[0]);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [new AvgPool(Geometry, Kernel, Counted).Apply(context.Upstream)];

    /// <inheritdoc/>
    public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => ConvBatching.OverExamples(y => Apply(y), inputs[0]);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => inputs[0].Shape.ElementCount * Kernel.ElementCount;

    private static Sample Of(string name, Shape size, Shape kernel, Shape stride, long padding = 0, long counted = 0)
    {
        var (borders, ones) = (new long[kernel.Rank], new long[kernel.Rank]);
        Array.Fill(borders, padding);
        Array.Fill(ones, 1);
        var geometry = new ConvGeometry(stride, borders, borders, ones, 1);
        var y = Pooling.Infer(name, geometry, kernel, new(new Shape(2, 3).Concat(size.Span), DType.Float32)).Shape;
        var reach = Integers.Repeat(counted < 0 ? -1 : padding, kernel.Rank);
        return new(name, [new(y, Domain.Any)], t => new AvgPoolGrad(geometry, kernel, reach, size).Apply(t[0])) { SumLength = kernel.ElementCount };
    }
}
