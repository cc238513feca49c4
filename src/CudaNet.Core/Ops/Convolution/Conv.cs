using CudaNet.Autodiff;
using CudaNet.Graphs;

namespace CudaNet.Ops
{
    /// <summary>Cross-correlation, as in all deep learning: y[n, o, p] = Σ_{c, k} x[n, c, p·stride + k·dilation − low] · w[o, c, k].
    /// x is [batch, channels, spatial…], w [out channels, channels / groups, kernel…]. Half types accumulate in Float32.</summary>
    public sealed record Conv(ConvGeometry Geometry) : Op<Conv>, IOpDefinition, IEpilogueAnchor
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Conv",
            Formula = "y[n, o, p] = Σ x[n, c, p·stride + k·dilation − low] · w[o, c, k] + bias[o]",
            Samples =
            [
                Of("3×3", [2, 3, 7, 6], [4, 3, 3, 3]), Of("5×5, one channel", [1, 1, 9, 9], [2, 1, 5, 5]), Of("1×1", [2, 5, 4, 3], [3, 5, 1, 1]),
                Of("kernel as large as the input", [2, 2, 3, 4], [3, 2, 3, 4]), Of("one element", [1, 1, 1, 1], [1, 1, 1, 1]),
                Of("no examples", [0, 2, 5, 5], [3, 2, 3, 3]), Of("odd sizes", [3, 5, 11, 7], [7, 5, 2, 3]),
                Of("same padding", [2, 3, 7, 6], [4, 3, 3, 3], padding: "same"), Of("same padding, even kernel", [2, 1, 6, 5], [2, 1, 4, 2], padding: "same"),
                Of("padding", [2, 2, 5, 5], [3, 2, 3, 3], padding: 2), Of("unequal padding", [1, 2, 5, 6], [3, 2, 3, 2], padding: new([(1, 0), (0, 2)])),
                Of("stride", [2, 2, 9, 8], [3, 2, 3, 3], stride: 2), Of("stride and padding", [2, 2, 8, 9], [3, 2, 3, 3], stride: 2, padding: 1),
                Of("stride larger than the kernel", [1, 2, 9, 9], [2, 2, 2, 2], stride: 3), Of("1×1 with stride", [2, 3, 5, 6], [4, 3, 1, 1], stride: 2),
                Of("dilation", [2, 2, 9, 8], [3, 2, 3, 3], dilation: 2), Of("all of it", [2, 4, 11, 10], [6, 2, 3, 2], stride: 2, padding: 2, dilation: 2, groups: 2),
                Of("groups", [2, 4, 6, 5], [6, 2, 3, 3], groups: 2), Of("depthwise", [2, 3, 6, 5], [3, 1, 3, 3], padding: 1, groups: 3),
                Of("input transposed", [2, 3, 6, 7], [4, 3, 3, 3], view: SampleView.Transposed), Of("input strided", [2, 3, 6, 7], [4, 3, 3, 3], view: SampleView.Strided),
                Of("input flipped", [2, 3, 6, 7], [4, 3, 3, 3], view: SampleView.Flipped), Of("input stretched", [2, 3, 6, 7], [4, 3, 3, 3], view: SampleView.Stretched),
                new("one axis", [new([2, 3, 11], Domain.Any), new([4, 3, 3], Domain.Any), new([4], Domain.Any)],
                    x => x[0].Conv1d(x[1], x[2], stride: 2, padding: 1)) { SumLength = 9 },
                new("three axes", [new([1, 2, 4, 5, 3], Domain.Any), new([3, 2, 2, 3, 2], Domain.Any), new([3], Domain.Any)],
                    x => x[0].Conv3d(x[1], x[2], padding: 1)) { SumLength = 24 },
                new("with bias", [new([2, 3, 5, 5], Domain.Any), new([4, 3, 3, 3], Domain.Any), new([4], Domain.Any)],
                    x => x[0].Conv2d(x[1], x[2], padding: 1)) { SumLength = 27 },
            ],
            Refusals =
            [
                new("channels that differ", () => Tensor.Zeros([1, 3, 5, 5]).Conv2d(Tensor.Zeros([2, 4, 3, 3])), "3 channels.*4"),
                new("a window that does not fit", () => Tensor.Zeros([1, 3, 2, 5]).Conv2d(Tensor.Zeros([2, 3, 3, 3])), "spans 3 elements, but the input has 2"),
                new("groups that do not divide", () => Tensor.Zeros([1, 4, 5, 5]).Conv2d(Tensor.Zeros([3, 2, 3, 3]), groups: 2), "3 output channels.*2 groups"),
                new("a rank that does not fit", () => Tensor.Zeros([3, 5, 5]).Conv2d(Tensor.Zeros([2, 3, 3, 3])), @"\[batch, channels, height, width\]"),
                new("a bias of another size", () => Tensor.Zeros([1, 3, 5, 5]).Conv2d(Tensor.Zeros([2, 3, 3, 3]), Tensor.Zeros([3])), @"bias is \[3\].*\[2\]"),
                new("same padding with a stride", () => Tensor.Zeros([1, 3, 5, 5]).Conv2d(Tensor.Zeros([2, 3, 3, 3]), stride: 2, padding: "same"), "stride 1"),
                new("a stride of zero", () => Tensor.Zeros([1, 3, 5, 5]).Conv2d(Tensor.Zeros([2, 3, 3, 3]), stride: 0), "stride.*at least 1"),
            ],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Half;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var (x, w) = (inputs[0].Shape, inputs[1].Shape);
            var spatial = Geometry.Output(x.Slice(2, Geometry.Spatial), w.Slice(2, Geometry.Spatial), "Conv");
            return new(new Shape(x[0], w[0]).Concat(spatial.Span), inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var (x, w) = (context.Inputs[0], context.Inputs[1]);
            return
            [
                context.Needs[0] ? new ConvInputGrad(Geometry, x.Shape.Slice(2, Geometry.Spatial)).Apply(context.Upstream, w) : null,
                context.Needs[1] ? new ConvWeightGrad(Geometry, w.Shape.Slice(2, Geometry.Spatial)).Apply(x, context.Upstream) : null,
            ];
        }

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
        {
            if (!batched[1]) return ConvBatching.OverExamples(x => Apply(x, inputs[1]), inputs[0]);
            // Each element of the batch has weights of its own: it becomes a group of channels.
            var (x, w) = (ConvBatching.WithBatch(inputs[0], batched[0], inputs[1].Shape[0]), inputs[1]);
            var y = new Conv(Geometry with { Groups = checked((int)(Geometry.Groups * w.Shape[0])) }).Apply(ConvBatching.IntoChannels(x), ConvBatching.IntoLeading(w));
            return ConvBatching.OutOfChannels(y, w.Shape[0]);
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) =>
            2 * output.Shape.ElementCount * (inputs[1].Shape[0] == 0 ? 0 : inputs[1].Shape.ElementCount / inputs[1].Shape[0]);

        private static Sample Of(string name, Shape x, Shape w, Spatial? stride = null, Padding? padding = null, Spatial? dilation = null, int groups = 1, SampleView view = SampleView.Contiguous) =>
            new(name, [new(x, Domain.Any, view), new(w, Domain.Any)], t => t[0].Conv2d(t[1], null, stride, padding, dilation, groups))
            {
                SumLength = w.ElementCount / w[0],
            };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Convolution of [batch, channels, height, width] with [out channels, channels / groups, height, width].</summary>
        /// <param name="weight">The filters.</param>
        /// <param name="bias">One number an output channel; null for none.</param>
        /// <param name="stride">Step of the window; 1 if null.</param>
        /// <param name="padding">Zeros at the borders: a number, numbers, "same" or "valid"; 0 if null.</param>
        /// <param name="dilation">Distance between the window's elements; 1 if null.</param>
        /// <param name="groups">Channels are cut into so many groups that do not see each other.</param>
        /// <exception cref="ShapeException">Ranks, channels or sizes do not fit.</exception>
        public Tensor Conv2d(Tensor weight, Tensor? bias = null, Spatial? stride = null, Padding? padding = null, Spatial? dilation = null, int groups = 1) =>
            Convolution.Forward("Conv2d", this, weight, bias, stride, padding, dilation, groups, 2);

        /// <summary>Convolution of [batch, channels, length] with [out channels, channels / groups, length].</summary>
        /// <inheritdoc cref="Conv2d"/>
        public Tensor Conv1d(Tensor weight, Tensor? bias = null, Spatial? stride = null, Padding? padding = null, Spatial? dilation = null, int groups = 1) =>
            Convolution.Forward("Conv1d", this, weight, bias, stride, padding, dilation, groups, 1);

        /// <summary>Convolution of [batch, channels, depth, height, width] with [out channels, channels / groups, depth, height, width].</summary>
        /// <inheritdoc cref="Conv2d"/>
        public Tensor Conv3d(Tensor weight, Tensor? bias = null, Spatial? stride = null, Padding? padding = null, Spatial? dilation = null, int groups = 1) =>
            Convolution.Forward("Conv3d", this, weight, bias, stride, padding, dilation, groups, 3);
    }
}
