namespace CudaNet.Ops
{
    /// <summary>Max pooling to a given size: <see cref="MaxPool"/> where the size divides, else the maximum of each part along one
    /// axis after the other.</summary>
    internal sealed class AdaptiveMaxPool : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "AdaptiveMaxPool",
            Formula = "y[p] = max of x[⌊p·n/m⌋ … ⌈(p + 1)·n/m⌉ − 1] along each spatial axis of n to m elements",
            Samples =
            [
                Of("global", [2, 3, 5, 4], 1), Of("divides", [2, 3, 6, 8], [3, 2]), Of("does not divide", [2, 3, 7, 5], [3, 2]), Of("same size", [1, 2, 3, 4], [3, 4]),
                Of("larger than the input", [1, 2, 3, 4], [5, 7]), Of("no examples", [0, 2, 5, 5], 2), Of("transposed", [2, 2, 4, 6], [3, 4], SampleView.Transposed),
                new("one axis", [new([2, 3, 7], Domain.Different)], x => x[0].AdaptiveMaxPool1d(3)),
                new("three axes", [new([2, 2, 4, 5, 3], Domain.Different)], x => x[0].AdaptiveMaxPool3d([2, 3, 2])),
            ],
            Refusals =
            [
                new("a rank that does not fit", () => Tensor.Zeros([3, 3]).AdaptiveMaxPool2d(1), @"\[batch, channels"),
                new("nothing to choose from", () => Tensor.Zeros([1, 1, 0, 3]).AdaptiveMaxPool2d(1), "empty spatial axis"),
            ],
            GradientOrder = 1,
        };

        private static Sample Of(string name, Shape shape, Spatial size, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, Domain.Different, view)], x => x[0].AdaptiveMaxPool2d(size));
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Max pooling of [batch, channels, height, width] to a given height and width; 1 is the maximum of the image.</summary>
        /// <exception cref="ShapeException">The rank does not fit, or there is nothing to choose from.</exception>
        public Tensor AdaptiveMaxPool2d(Spatial size) => AdaptiveMaxPool("AdaptiveMaxPool2d", size, 2);

        /// <summary>Max pooling of [batch, channels, length] to a given length.</summary>
        /// <inheritdoc cref="AdaptiveMaxPool2d"/>
        public Tensor AdaptiveMaxPool1d(Spatial size) => AdaptiveMaxPool("AdaptiveMaxPool1d", size, 1);

        /// <summary>Max pooling of [batch, channels, depth, height, width] to a given depth, height and width.</summary>
        /// <inheritdoc cref="AdaptiveMaxPool2d"/>
        public Tensor AdaptiveMaxPool3d(Spatial size) => AdaptiveMaxPool("AdaptiveMaxPool3d", size, 3);

        private Tensor AdaptiveMaxPool(string name, Spatial size, int spatial)
        {
            var (target, windows) = Pooling.Adapt(name, this, size, spatial, "maximum");
            var x = this.Floating();
            if (windows is { } whole) return new MaxPool(whole.Geometry, whole.Kernel).Apply(x);
            // From the last axis on, so that of equal elements the first in row-major order gets the gradient.
            for (var axis = spatial + 1; axis >= 2; axis--)
            {
                long n = x.Shape[axis], m = target[axis - 2];
                var parts = new Tensor[m];
                for (long p = 0; p < m; p++)
                {
                    var (first, end) = (p * n / m, ((p + 1) * n + m - 1) / m);
                    parts[p] = x.Narrow(axis, first, end - first).Max(axis, keepDims: true);
                }
                x = Concat(parts, axis);
            }
            return x;
        }
    }
}
