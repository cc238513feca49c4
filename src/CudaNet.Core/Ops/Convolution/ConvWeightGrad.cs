using CudaNet.Autodiff;

namespace CudaNet.Ops;

/// <summary>Gradient of a convolution by its weights: w[o, c, k] = Σ x[n, c, p·stride + k·dilation − low] · y[n, o, p].
/// <paramref name="Kernel"/> is the spatial size of the result.</summary>
public sealed record ConvWeightGrad(ConvGeometry Geometry, Shape Kernel) : Op<ConvWeightGrad>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "ConvWeightGrad",
        Formula = "w[o, c, k] = Σ x[n, c, p·stride + k·dilation − low] · y[n, o, p]",
        Samples =
        [
            Of("3×3", [2, 3, 7, 6], [3, 3], 4), Of("1×1", [2, 5, 4, 3], [1, 1], 3), Of("one element", [1, 1, 1, 1], [1, 1], 1), Of("no examples", [0, 2, 5, 5], [3, 3], 3),
            Of("padding", [2, 2, 5, 5], [3, 3], 3, padding: 1), Of("stride", [2, 2, 8, 9], [3, 3], 3, stride: 2), Of("stride larger than the kernel", [3, 2, 9, 9], [2, 2], 2, stride: 3),
            Of("dilation", [2, 2, 9, 8], [3, 3], 3, dilation: 2), Of("groups", [3, 4, 6, 5], [3, 3], 6, groups: 2), Of("depthwise", [2, 3, 6, 5], [3, 3], 3, groups: 3),
            Of("all of it", [2, 4, 11, 10], [3, 2], 6, 2, 1, 2, 2), Of("many examples", [19, 1, 5, 5], [3, 3], 2),
            Of("transposed view", [2, 3, 6, 7], [3, 3], 4, view: SampleView.Transposed), Of("strided view", [2, 3, 6, 7], [3, 3], 4, view: SampleView.Strided),
        ],
        Refusals = [new("a result that no convolution gives", () => new ConvWeightGrad(new([1], [0], [0], [1], 1), [3]).Apply(Tensor.Zeros([1, 1, 5]), Tensor.Zeros([1, 1, 4])), "does not give")],
    };

    /// <inheritdoc/>
    public override Precision Precision => Precision.Half;

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        var (x, y) = (inputs[0].Shape, inputs[1].Shape);
        if (x[0] != y[0] || Geometry.Output(x.Slice(2, Geometry.Spatial), Kernel, "ConvWeightGrad") != y.Slice(2, Geometry.Spatial))
            throw new ShapeException($"ConvWeightGrad: a convolution of {x} with a kernel of {Kernel} does not give {y}.");
        return new(new Shape(y[1], x[1] / Geometry.Groups).Concat(Kernel.Span), inputs[0].DType);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
    [
        context.Needs[0] ? new ConvInputGrad(Geometry, context.Inputs[0].Shape.Slice(2, Geometry.Spatial)).Apply(context.Inputs[1], context.Upstream) : null,
        context.Needs[1] ? new Conv(Geometry).Apply(context.Inputs[0], context.Upstream) : null,
    ];

    /// <inheritdoc/>
    public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
    {
        // Each element of the batch becomes a group of channels, so its gradient is not summed with the others'.
        var batch = (batched[0] ? inputs[0] : inputs[1]).Shape[0];
        var (x, y) = (ConvBatching.WithBatch(inputs[0], batched[0], batch), ConvBatching.WithBatch(inputs[1], batched[1], batch));
        var w = new ConvWeightGrad(Geometry with { Groups = checked((int)(Geometry.Groups * batch)) }, Kernel).Apply(ConvBatching.IntoChannels(x), ConvBatching.IntoChannels(y));
        return w.Reshape(new Shape(batch, w.Shape[0] / batch).Concat(w.Shape.Span[1..]));
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) =>
        2 * inputs[1].Shape.ElementCount * (output.Shape[0] == 0 ? 0 : output.Shape.ElementCount / output.Shape[0]);

    private static Sample Of(string name, Shape x, Shape kernel, long channels, int stride = 1, int padding = 0, int dilation = 1, int groups = 1, SampleView view = SampleView.Contiguous)
    {
        var geometry = new ConvGeometry([stride, stride], [padding, padding], [padding, padding], [dilation, dilation], groups);
        var y = new Shape(x[0], channels).Concat(geometry.Output(x.Slice(2, 2), kernel, name).Span);
        return new(name, [new(x, Domain.Any, view), new(y, Domain.Any)], t => new ConvWeightGrad(geometry, kernel).Apply(t[0], t[1])) { SumLength = Math.Max(1, y.ElementCount / channels) };
    }
}
