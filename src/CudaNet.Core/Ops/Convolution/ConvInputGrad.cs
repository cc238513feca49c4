using CudaNet.Autodiff;
using CudaNet.Graphs;

namespace CudaNet.Ops
{
    /// <summary>Gradient of a convolution by its input, which is also the transposed convolution: x[n, c, i] = Σ y[n, o, p] · w[o, c, k]
    /// over all p, k with p·stride + k·dilation − low = i. <paramref name="Size"/> is the spatial size of the result.</summary>
    public sealed record ConvInputGrad(ConvGeometry Geometry, Shape Size) : Op<ConvInputGrad>, IOpDefinition, IEpilogueAnchor
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "ConvInputGrad",
            Formula = "x[n, c, i] = Σ y[n, o, p] · w[o, c, k] over p·stride + k·dilation − low = i",
            Samples =
            [
                Of("3×3", [2, 3, 5, 4], [3, 4, 3, 3]), Of("1×1", [2, 5, 4, 3], [5, 3, 1, 1]), Of("one element", [1, 1, 1, 1], [1, 1, 1, 1]),
                Of("no examples", [0, 2, 5, 5], [2, 3, 3, 3]), Of("padding", [2, 2, 5, 5], [2, 3, 3, 3], padding: 1), Of("stride", [2, 2, 5, 4], [2, 3, 3, 3], stride: 2),
                Of("stride, padding, output padding", [2, 2, 4, 5], [2, 3, 3, 3], stride: 2, padding: 1, outputPadding: 1),
                Of("stride larger than the kernel", [1, 2, 3, 3], [2, 2, 2, 2], stride: 3), Of("dilation", [2, 2, 5, 4], [2, 3, 3, 3], dilation: 2),
                Of("other paddings along each axis", [2, 2, 4, 5], [2, 3, 3, 3], stride: [2, 3], padding: [1, 0], outputPadding: [0, 2]),
                Of("groups", [2, 4, 4, 5], [4, 3, 3, 3], groups: 2), Of("depthwise", [2, 3, 5, 4], [3, 1, 3, 3], groups: 3),
                Of("all of it", [2, 4, 5, 4], [4, 3, 3, 2], stride: 3, padding: 1, outputPadding: 1, dilation: 2, groups: 2),
                Of("transposed view", [2, 3, 5, 4], [3, 4, 3, 3], view: SampleView.Transposed), Of("strided view", [2, 3, 5, 4], [3, 4, 3, 3], view: SampleView.Strided),
                new("one axis, with bias", [new([2, 3, 5], Domain.Any), new([3, 4, 3], Domain.Any), new([4], Domain.Any)],
                    x => x[0].ConvTranspose1d(x[1], x[2], stride: 2)) { SumLength = 9 },
                new("three axes", [new([1, 2, 3, 2, 4], Domain.Any), new([2, 3, 2, 3, 2], Domain.Any)], x => x[0].ConvTranspose3d(x[1])) { SumLength = 24 },
            ],
            Refusals =
            [
                new("channels that differ", () => Tensor.Zeros([1, 3, 5, 5]).ConvTranspose2d(Tensor.Zeros([4, 2, 3, 3])), "3 channels.*takes 4"),
                new("too much output padding", () => Tensor.Zeros([1, 3, 5, 5]).ConvTranspose2d(Tensor.Zeros([3, 2, 3, 3]), outputPadding: 1), "smaller than stride"),
                new("nothing left", () => Tensor.Zeros([1, 3, 1, 1]).ConvTranspose2d(Tensor.Zeros([3, 2, 3, 3]), padding: 2), "leaves nothing"),
            ],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Half;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var (y, w) = (inputs[0].Shape, inputs[1].Shape);
            var spatial = Geometry.Output(Size, w.Slice(2, Geometry.Spatial), "ConvInputGrad");
            if (spatial != y.Slice(2, Geometry.Spatial) || y[1] != w[0])
                throw new ShapeException($"ConvInputGrad: a convolution of {Size} with {w} does not give {y}.");
            return new(new Shape(y[0], w[1] * Geometry.Groups).Concat(Size.Span), inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
        [
            context.Needs[0] ? new Conv(Geometry).Apply(context.Upstream, context.Inputs[1]) : null,
            context.Needs[1] ? new ConvWeightGrad(Geometry, context.Inputs[1].Shape.Slice(2, Geometry.Spatial)).Apply(context.Upstream, context.Inputs[0]) : null,
        ];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
        {
            if (!batched[1]) return ConvBatching.OverExamples(y => Apply(y, inputs[1]), inputs[0]);
            var batch = inputs[1].Shape[0];
            var grouped = new ConvInputGrad(Geometry with { Groups = checked((int)(Geometry.Groups * batch)) }, Size);
            return ConvBatching.OutOfChannels(
                grouped.Apply(ConvBatching.IntoChannels(ConvBatching.WithBatch(inputs[0], batched[0], batch)), ConvBatching.IntoLeading(inputs[1])), batch);
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) =>
            2 * inputs[0].Shape.ElementCount * (inputs[1].Shape[0] == 0 ? 0 : inputs[1].Shape.ElementCount / inputs[1].Shape[0]);

        private static Sample Of(string name, Shape x, Shape w, Spatial? stride = null, Spatial? padding = null, Spatial? outputPadding = null, Spatial? dilation = null, int groups = 1, SampleView view = SampleView.Contiguous) =>
            new(name, [new(x, Domain.Any, view), new(w, Domain.Any)], t => t[0].ConvTranspose2d(t[1], null, stride, padding, outputPadding, groups, dilation))
            {
                SumLength = w.ElementCount / w[1],
            };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Transposed convolution of [batch, channels, height, width] with [channels, out channels / groups, height, width]:
        /// the gradient of <see cref="Conv2d"/> by its input, used to enlarge images.</summary>
        /// <param name="weight">The filters.</param>
        /// <param name="bias">One number an output channel; null for none.</param>
        /// <param name="stride">Step of the window in the result; 1 if null.</param>
        /// <param name="padding">What is cut off at the result's borders; 0 if null.</param>
        /// <param name="outputPadding">Rows and columns added behind, to choose among the sizes that a strided convolution maps to one; 0 if null.</param>
        /// <param name="groups">Channels are cut into so many groups that do not see each other.</param>
        /// <param name="dilation">Distance between the window's elements; 1 if null.</param>
        /// <exception cref="ShapeException">Ranks, channels or sizes do not fit.</exception>
        public Tensor ConvTranspose2d(Tensor weight, Tensor? bias = null, Spatial? stride = null, Spatial? padding = null, Spatial? outputPadding = null, int groups = 1, Spatial? dilation = null) =>
            Convolution.Transposed("ConvTranspose2d", this, weight, bias, stride, padding, outputPadding, dilation, groups, 2);

        /// <summary>Transposed convolution of [batch, channels, length] with [channels, out channels / groups, length].</summary>
        /// <inheritdoc cref="ConvTranspose2d"/>
        public Tensor ConvTranspose1d(Tensor weight, Tensor? bias = null, Spatial? stride = null, Spatial? padding = null, Spatial? outputPadding = null, int groups = 1, Spatial? dilation = null) =>
            Convolution.Transposed("ConvTranspose1d", this, weight, bias, stride, padding, outputPadding, dilation, groups, 1);

        /// <summary>Transposed convolution of [batch, channels, depth, height, width] with [channels, out channels / groups, depth, height, width].</summary>
        /// <inheritdoc cref="ConvTranspose2d"/>
        public Tensor ConvTranspose3d(Tensor weight, Tensor? bias = null, Spatial? stride = null, Spatial? padding = null, Spatial? outputPadding = null, int groups = 1, Spatial? dilation = null) =>
            Convolution.Transposed("ConvTranspose3d", this, weight, bias, stride, padding, outputPadding, dilation, groups, 3);
    }
}
