using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Maximum over windows of [batch, channels, spatial…]; borders count as −∞. NaN propagates.</summary>
    public sealed record MaxPool(ConvGeometry Geometry, Shape Kernel) : Composite<MaxPool>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "MaxPool",
            Formula = "y[n, c, p] = max over k of x[n, c, p·stride + k·dilation − low]",
            Samples =
            [
                .. Pooling.MakeSamples(Call, dilations: true),
                new("NaN and infinities", [new([1, 1, 4, 6], Domain.Any with { Special = [double.NaN, 1, double.PositiveInfinity, 2, double.NegativeInfinity, 3, 4, double.NaN] })], x => x[0].MaxPool2d(2)) { Differentiable = false },
            ],
            Refusals = Pooling.MakeRefusals((x, kernel, stride, padding) => x.MaxPool2d(kernel, stride, padding)),
            GradientOrder = 1,
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => Pooling.Infer(Name, Geometry, Kernel, inputs[0]);

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs) =>
            Pooling.Windows(inputs[0], Geometry, Kernel, double.NegativeInfinity).Max(Pooling.WindowAxes(Geometry.Spatial));

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [new MaxPoolGrad(Geometry, Kernel).Apply(context.Inputs[0], context.Upstream)];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => ConvBatching.OverExamples(x => Apply(x), inputs[0]);

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => output.Shape.ElementCount * Kernel.ElementCount;

        private static Tensor Call(Tensor x, Spatial kernel, Spatial? stride, Spatial? padding, Spatial? dilation, bool ceilMode) => x.Rank switch
        {
            3 => x.MaxPool1d(kernel, stride, padding, dilation, ceilMode),
            4 => x.MaxPool2d(kernel, stride, padding, dilation, ceilMode),
            _ => x.MaxPool3d(kernel, stride, padding, dilation, ceilMode),
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Maximum over windows of [batch, channels, height, width].</summary>
        /// <param name="kernel">Size of the window.</param>
        /// <param name="stride">Step of the window; its size if null.</param>
        /// <param name="padding">Border on each side, which counts as −∞; 0 if null.</param>
        /// <param name="dilation">Distance between the window's elements; 1 if null.</param>
        /// <param name="ceilMode">Whether a window that reaches beyond the end counts.</param>
        /// <exception cref="ShapeException">Rank, sizes or padding do not fit.</exception>
        public Tensor MaxPool2d(Spatial kernel, Spatial? stride = null, Spatial? padding = null, Spatial? dilation = null, bool ceilMode = false) =>
            MaxPool("MaxPool2d", kernel, stride, padding, dilation, ceilMode, 2);

        /// <summary>Maximum over windows of [batch, channels, length].</summary>
        /// <inheritdoc cref="MaxPool2d"/>
        public Tensor MaxPool1d(Spatial kernel, Spatial? stride = null, Spatial? padding = null, Spatial? dilation = null, bool ceilMode = false) =>
            MaxPool("MaxPool1d", kernel, stride, padding, dilation, ceilMode, 1);

        /// <summary>Maximum over windows of [batch, channels, depth, height, width].</summary>
        /// <inheritdoc cref="MaxPool2d"/>
        public Tensor MaxPool3d(Spatial kernel, Spatial? stride = null, Spatial? padding = null, Spatial? dilation = null, bool ceilMode = false) =>
            MaxPool("MaxPool3d", kernel, stride, padding, dilation, ceilMode, 3);

        private Tensor MaxPool(string name, Spatial kernel, Spatial? stride, Spatial? padding, Spatial? dilation, bool ceilMode, int spatial)
        {
            var (geometry, size, _) = Pooling.Resolve(name, this, kernel, stride, padding, dilation, ceilMode, spatial);
            return new MaxPool(geometry, size).Apply(this.Floating());
        }
    }
}
