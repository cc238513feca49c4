namespace CudaNet.Ops
{
    /// <summary>Images of another size. Nearest neighbours are repeated or taken; linear interpolation is a product with a matrix of
    /// two weights a column along each axis, so its gradient is the product with the transposed one.</summary>
    internal sealed class Interpolate : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Interpolate",
            Formula = "nearest: y[i] = x[⌊i·n/m⌋]; linear: y[i] = (1 − f)·x[⌊s⌋] + f·x[⌊s⌋ + 1], s = (i + ½)·n/m − ½ or i·(n − 1)/(m − 1), f = s − ⌊s⌋",
            Samples =
            [
                Of("nearest, twice", [2, 3, 3, 4], [6, 8], InterpolationMode.Nearest), Of("nearest, odd sizes", [1, 2, 5, 3], [7, 8], InterpolationMode.Nearest),
                Of("nearest, smaller", [1, 2, 7, 8], [3, 5], InterpolationMode.Nearest), Of("linear, twice", [2, 3, 3, 4], [6, 8], InterpolationMode.Linear),
                Of("linear, odd sizes", [1, 2, 5, 3], [7, 8], InterpolationMode.Linear), Of("linear, smaller", [1, 2, 7, 8], [3, 5], InterpolationMode.Linear),
                Of("linear, one element", [1, 2, 1, 1], [3, 2], InterpolationMode.Linear), Of("linear, corners aligned", [1, 2, 4, 3], [7, 8], InterpolationMode.Linear, true),
                Of("linear, corners aligned, to one", [1, 2, 4, 3], [1, 5], InterpolationMode.Linear, true), Of("same size", [1, 2, 4, 3], [4, 3], InterpolationMode.Linear),
                Of("no examples", [0, 2, 4, 3], [8, 6], InterpolationMode.Linear),
                new("one axis", [new([2, 3, 5], Domain.Any)], x => x[0].Interpolate(8, InterpolationMode.Linear)) { SumLength = 5 },
                new("three axes", [new([1, 2, 2, 3, 4], Domain.Any)], x => x[0].Interpolate([3, 6, 5], InterpolationMode.Linear)) { SumLength = 24 },
                new("transposed", [new([1, 2, 3, 4], Domain.Any, SampleView.Transposed)], x => x[0].Interpolate([6, 6])) { SumLength = 4 },
            ],
            Refusals =
            [
                new("a rank that does not fit", () => Tensor.Zeros([3, 3]).Interpolate(6), @"\[batch, channels"), new("an empty axis", () => Tensor.Zeros([1, 1, 0, 3]).Interpolate(6), "empty spatial axis"),
                new("a size of zero", () => Tensor.Zeros([1, 1, 3, 3]).Interpolate(0), "size.*at least 1"),
                new("corners of neighbours", () => Tensor.Zeros([1, 1, 3, 3]).Interpolate(6, InterpolationMode.Nearest, alignCorners: true), "alignCorners"),
            ],
        };

        private static Sample Of(string name, Shape shape, Spatial size, InterpolationMode mode, bool alignCorners = false) =>
            new(name, [new(shape, Domain.Any)], x => x[0].Interpolate(size, mode, alignCorners)) { SumLength = 12 };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Resizes the spatial axes of [batch, channels, length], [batch, channels, height, width] or
        /// [batch, channels, depth, height, width], as torch's <c>interpolate</c>.</summary>
        /// <param name="size">The new sizes.</param>
        /// <param name="mode">How new elements are made.</param>
        /// <param name="alignCorners">For linear: whether the first and the last element stay at the ends; else pixels are areas, whose borders stay.</param>
        /// <exception cref="ShapeException">Rank or sizes do not fit, or corners of nearest neighbours are to be aligned.</exception>
        public Tensor Interpolate(Spatial size, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false)
        {
            if (Rank is < 3 or > 5) throw new ShapeException($"Interpolate: x {Shape} is not [batch, channels, spatial…] of one to three spatial axes.");
            if (alignCorners && mode == InterpolationMode.Nearest) throw new ShapeException("Interpolate: alignCorners is for linear interpolation only. Leave it out, or take InterpolationMode.Linear.");
            var target = size.Expand(Rank - 2, "size", "Interpolate");
            var x = this.Floating();
            for (var axis = 2; axis < Rank; axis++)
            {
                long n = Shape[axis], m = target[axis - 2];
                if (n == 0) throw new ShapeException($"Interpolate: x {Shape} has an empty spatial axis, between whose elements there is nothing.");
                if (n == m) continue;
                if (mode == InterpolationMode.Linear) x = x.Transpose(axis, -1).MatMul(LinearWeights(n, m, alignCorners, x)).Transpose(axis, -1);
                else if (m % n == 0) x = x.RepeatInterleave(m / n, axis);
                else x = x.Take((Arange(0, m, 1, DType.Int64, Device) * n).FloorDivide(m), axis);
            }
            return x;
        }

        /// <summary>[n, m]: column i holds 1 − f in row ⌊s⌋ and f in the row behind, which is the hat 1 − |row − s| around the place s.</summary>
        private static Tensor LinearWeights(long n, long m, bool alignCorners, Tensor like)
        {
            var rows = Arange(0, n, 1, DType.Float64, like.Device).Reshape([n, 1]);
            var i = Arange(0, m, 1, DType.Float64, like.Device).Reshape([1, m]);
            var s = alignCorners ? i * (m == 1 ? 0 : (n - 1) / (double)(m - 1)) : (i + 0.5) * (n / (double)m) - 0.5;
            return (1 - (rows - s.Clamp(0, n - 1)).Abs()).Relu().To(like.DType);
        }
    }
}
