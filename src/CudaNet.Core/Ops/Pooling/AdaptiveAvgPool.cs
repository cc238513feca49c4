namespace CudaNet.Ops
{
    /// <summary>Average pooling to a given size: <see cref="AvgPool"/> where the size divides, else a product with the matrix of
    /// window means along each axis.</summary>
    internal sealed class AdaptiveAvgPool : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "AdaptiveAvgPool",
            Formula = "y[p] = mean of x[⌊p·n/m⌋ … ⌈(p + 1)·n/m⌉ − 1] along each spatial axis of n to m elements",
            Samples =
            [
                Of("global", [2, 3, 5, 4], 1), Of("divides", [2, 3, 6, 8], [3, 2]), Of("does not divide", [2, 3, 7, 5], [3, 2]), Of("same size", [1, 2, 3, 4], [3, 4]),
                Of("larger than the input", [1, 2, 3, 4], [5, 7]), Of("no examples", [0, 2, 5, 5], 2), Of("transposed", [2, 2, 4, 6], 2, SampleView.Transposed),
                new("one axis", [new([2, 3, 7], Domain.Any)], x => x[0].AdaptiveAvgPool1d(3)) { SumLength = 7 },
                new("three axes", [new([2, 2, 4, 5, 3], Domain.Any)], x => x[0].AdaptiveAvgPool3d([2, 3, 1])) { SumLength = 12 },
            ],
            Refusals = [new("a rank that does not fit", () => Tensor.Zeros([3, 3]).AdaptiveAvgPool2d(1), @"\[batch, channels")],
        };

        private static Sample Of(string name, Shape shape, Spatial size, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, Domain.Any, view)], x => x[0].AdaptiveAvgPool2d(size)) { SumLength = 40 };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Average pooling of [batch, channels, height, width] to a given height and width; 1 is the mean of the image.</summary>
        /// <exception cref="ShapeException">The rank does not fit.</exception>
        public Tensor AdaptiveAvgPool2d(Spatial size) => AdaptiveAvgPool("AdaptiveAvgPool2d", size, 2);

        /// <summary>Average pooling of [batch, channels, length] to a given length.</summary>
        /// <inheritdoc cref="AdaptiveAvgPool2d"/>
        public Tensor AdaptiveAvgPool1d(Spatial size) => AdaptiveAvgPool("AdaptiveAvgPool1d", size, 1);

        /// <summary>Average pooling of [batch, channels, depth, height, width] to a given depth, height and width.</summary>
        /// <inheritdoc cref="AdaptiveAvgPool2d"/>
        public Tensor AdaptiveAvgPool3d(Spatial size) => AdaptiveAvgPool("AdaptiveAvgPool3d", size, 3);

        private Tensor AdaptiveAvgPool(string name, Spatial size, int spatial)
        {
            var (target, windows) = Pooling.Adapt(name, this, size, spatial, "mean");
            var x = this.Floating();
            if (target.ElementCount == 1) return x.Mean(Pooling.SpatialAxes(spatial), keepDims: true);
            if (windows is { } whole) return new AvgPool(whole.Geometry, whole.Kernel, whole.Geometry.Low.ToArray()).Apply(x);
            for (var k = 0; k < spatial; k++)
                x = x.Transpose(k + 2, -1).MatMul(MeansOfParts(Shape[k + 2], target[k], x)).Transpose(k + 2, -1);
            return x;
        }

        /// <summary>[n, m]: column p holds 1/count in the rows of part p.</summary>
        private static Tensor MeansOfParts(long n, long m, Tensor like)
        {
            var rows = Arange(0, n, 1, DType.Int64, like.Device).Reshape([n, 1]);
            var parts = Arange(0, m, 1, DType.Int64, like.Device).Reshape([1, m]);
            var (first, end) = ((parts * n).FloorDivide(m), (parts * n + (n + m - 1)).FloorDivide(m));
            return ((rows >= first) & (rows < end)).To(like.DType) / (end - first).To(like.DType);
        }
    }
}
