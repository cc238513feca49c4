using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Mean over windows of [batch, channels, spatial…]. Half types accumulate in Float32.</summary>
    /// <param name="Geometry">How the window moves.</param>
    /// <param name="Kernel">Its size.</param>
    /// <param name="Counted">How far behind the input the border counts as zeros in the mean; −1 along an axis where no border counts.</param>
    public sealed record AvgPool(ConvGeometry Geometry, Shape Kernel, Integers Counted) : Composite<AvgPool>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "AvgPool",
            Formula = "y[n, c, p] = mean over k of x[n, c, p·stride + k − low]",
            Samples =
            [
                .. Pooling.MakeSamples((x, kernel, stride, padding, _, ceilMode) => Call(x, kernel, stride, padding, ceilMode, true), dilations: false),
                new("border not counted", [new([2, 2, 5, 6], Domain.Any)], x => Call(x[0], 3, 2, 1, false, false)) { SumLength = 9 },
                new("border not counted, ceil mode", [new([2, 2, 6, 7], Domain.Any)], x => Call(x[0], 3, 2, 1, true, false)) { SumLength = 9 },
            ],
            Refusals = Pooling.MakeRefusals((x, kernel, stride, padding) => x.AvgPool2d(kernel, stride, padding)),
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => Pooling.Infer(Name, Geometry, Kernel, inputs[0]);

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            var x = inputs[0].Widened();
            var axes = Pooling.WindowAxes(Geometry.Spatial);
            var sum = Pooling.Windows(x, Geometry, Kernel, 0).Sum(axes);
            if (Geometry.Low.ElementSum() + Geometry.High.ElementSum() == 0) return (sum * (1.0 / Kernel.ElementCount)).To(inputs[0].DType);

            // How many elements count in each window: a pooling of ones, with zeros where the border does not count.
            var (low, high) = (new long[Geometry.Spatial + 2], new long[Geometry.Spatial + 2]);
            for (var k = 0; k < Geometry.Spatial; k++)
                if (Counted[k] >= 0) (low[k + 2], high[k + 2]) = (Geometry.Low[k], Counted[k]);
            var ones = Tensor.Ones(new Shape(1, 1).Concat(x.Shape.Span[2..]), x.DType, x.Device).Pad(low, high, value: 1);
            var rest = Geometry with
            {
                Low = Remaining(Geometry.Low, low),
                High = Remaining(Geometry.High, high),
            };
            return (sum / Pooling.Windows(ones, rest, Kernel, 0).Sum(axes)).To(inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
            [new AvgPoolGrad(Geometry, Kernel, Counted, context.Inputs[0].Shape.Slice(2, Geometry.Spatial)).Apply(context.Upstream)];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => ConvBatching.OverExamples(x => Apply(x), inputs[0]);

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => output.Shape.ElementCount * Kernel.ElementCount;

        private static Shape Remaining(Shape border, long[] taken)
        {
            var sizes = border.ToArray();
            for (var k = 0; k < sizes.Length; k++) sizes[k] -= taken[k + 2];
            return sizes;
        }

        private static Tensor Call(Tensor x, Spatial kernel, Spatial? stride, Spatial? padding, bool ceilMode, bool count) => x.Rank switch
        {
            3 => x.AvgPool1d(kernel, stride, padding, ceilMode, count),
            4 => x.AvgPool2d(kernel, stride, padding, ceilMode, count),
            _ => x.AvgPool3d(kernel, stride, padding, ceilMode, count),
        };
    }

    internal static class ShapeSums
    {
        /// <summary>Sum of the sizes.</summary>
        public static long ElementSum(this Shape shape)
        {
            long sum = 0;
            foreach (var size in shape.Span) sum += size;
            return sum;
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Mean over windows of [batch, channels, height, width].</summary>
        /// <param name="kernel">Size of the window.</param>
        /// <param name="stride">Step of the window; its size if null.</param>
        /// <param name="padding">Zeros on each side; 0 if null.</param>
        /// <param name="ceilMode">Whether a window that reaches beyond the end counts.</param>
        /// <param name="countIncludePad">Whether the zeros of the padding count in the mean.</param>
        /// <exception cref="ShapeException">Rank, sizes or padding do not fit.</exception>
        public Tensor AvgPool2d(Spatial kernel, Spatial? stride = null, Spatial? padding = null, bool ceilMode = false, bool countIncludePad = true) =>
            AvgPool("AvgPool2d", kernel, stride, padding, ceilMode, countIncludePad, 2);

        /// <summary>Mean over windows of [batch, channels, length].</summary>
        /// <inheritdoc cref="AvgPool2d"/>
        public Tensor AvgPool1d(Spatial kernel, Spatial? stride = null, Spatial? padding = null, bool ceilMode = false, bool countIncludePad = true) =>
            AvgPool("AvgPool1d", kernel, stride, padding, ceilMode, countIncludePad, 1);

        /// <summary>Mean over windows of [batch, channels, depth, height, width].</summary>
        /// <inheritdoc cref="AvgPool2d"/>
        public Tensor AvgPool3d(Spatial kernel, Spatial? stride = null, Spatial? padding = null, bool ceilMode = false, bool countIncludePad = true) =>
            AvgPool("AvgPool3d", kernel, stride, padding, ceilMode, countIncludePad, 3);

        private Tensor AvgPool(string name, Spatial kernel, Spatial? stride, Spatial? padding, bool ceilMode, bool countIncludePad, int spatial)
        {
            var (geometry, size, high) = Pooling.Resolve(name, this, kernel, stride, padding, null, ceilMode, spatial);
            var counted = countIncludePad ? high.ToArray() : Integers.Repeat(-1, spatial);
            return new AvgPool(geometry, size, counted).Apply(this.Floating());
        }
    }
}
