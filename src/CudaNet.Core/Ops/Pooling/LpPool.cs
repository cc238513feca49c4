namespace CudaNet.Ops
{
    /// <summary>Pooling by a power: between the sum (p = 1) and the maximum (p → ∞).</summary>
    internal sealed class LpPool : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "LpPool",
            Formula = "y[p] = (Σ over the window of x^p)^(1/p)",
            Samples =
            [
                Of("2×2, p = 2", [2, 3, 6, 8], 2, 2), Of("2×2, p = 1", [2, 3, 6, 8], 1, 2), Of("p = 3", [1, 2, 7, 5], 3, [2, 3]), Of("overlapping", [2, 2, 7, 8], 2, 3, 2),
                Of("ceil mode", [1, 2, 7, 8], 2, 3, 2, true), Of("no examples", [0, 2, 4, 4], 2, 2),
                new("one axis", [new([2, 3, 9], Domain.Positive)], x => x[0].LpPool1d(2, 3)) { SumLength = 3 },
                new("three axes", [new([1, 2, 4, 4, 2], Domain.Positive)], x => x[0].LpPool3d(2, 2)) { SumLength = 8 },
                new("zeros", [new([1, 1, 2, 2], Domain.Positive)], x => (x[0] * 0).LpPool2d(2, 2)),
            ],
            Refusals =
            [
                new("a power of zero", () => Tensor.Zeros([1, 1, 4, 4]).LpPool2d(0, 2), "power 0"), new("a rank that does not fit", () => Tensor.Zeros([4, 4]).LpPool2d(2, 2), @"\[batch, channels"),
            ],
        };

        private static Sample Of(string name, Shape shape, double p, Spatial kernel, Spatial? stride = null, bool ceilMode = false) =>
            new(name, [new(shape, Domain.Positive)], x => x[0].LpPool2d(p, kernel, stride, ceilMode)) { SumLength = 9 };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>(Σ x^p)^(1/p) over windows of [batch, channels, height, width]. The gradient of a window of zeros is 0.</summary>
        /// <param name="p">The power, above 0.</param>
        /// <param name="kernel">Size of the window.</param>
        /// <param name="stride">Step of the window; its size if null.</param>
        /// <param name="ceilMode">Whether a window that reaches beyond the end counts.</param>
        /// <exception cref="ShapeException">Rank, sizes or power do not fit.</exception>
        public Tensor LpPool2d(double p, Spatial kernel, Spatial? stride = null, bool ceilMode = false) => LpPool("LpPool2d", p, kernel, stride, ceilMode, 2);

        /// <summary>(Σ x^p)^(1/p) over windows of [batch, channels, length].</summary>
        /// <inheritdoc cref="LpPool2d"/>
        public Tensor LpPool1d(double p, Spatial kernel, Spatial? stride = null, bool ceilMode = false) => LpPool("LpPool1d", p, kernel, stride, ceilMode, 1);

        /// <summary>(Σ x^p)^(1/p) over windows of [batch, channels, depth, height, width].</summary>
        /// <inheritdoc cref="LpPool2d"/>
        public Tensor LpPool3d(double p, Spatial kernel, Spatial? stride = null, bool ceilMode = false) => LpPool("LpPool3d", p, kernel, stride, ceilMode, 3);

        private Tensor LpPool(string name, double p, Spatial kernel, Spatial? stride, bool ceilMode, int spatial)
        {
            if (!(p > 0)) throw new ShapeException($"{name}: the power {p} must be above 0.");
            // As torch: the mean times the number of elements of a whole window, also for a window that reaches beyond the end.
            var mean = this.Floating().Pow(p).AvgPool(name, kernel, stride, null, ceilMode, countIncludePad: true, spatial);
            var sum = mean * (double)kernel.Expand(spatial, "kernel", name).ElementCount;
            if (p == 1) return sum;
            var zero = sum.Eq(0);
            return zero.Where(0, zero.Where(1, sum).Pow(1 / p));
        }
    }
}
