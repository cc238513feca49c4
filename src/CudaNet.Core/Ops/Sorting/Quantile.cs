namespace CudaNet.Ops
{
    /// <summary>Quantiles of an axis, from <see cref="Sort"/>.</summary>
    internal sealed class Quantile : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Quantile",
            Formula = "(1 − f)·s[⌊p⌋] + f·s[⌊p⌋ + 1], p = q·(n − 1), f = p − ⌊p⌋, s the sorted elements",
            GradientOrder = 1,
            Samples =
            [
                new("quarter", [new([3, 7], Domain.Different)], x => x[0].Quantile(0.25, 1)), new("between", [new([8, 3], Domain.Different)], x => x[0].Quantile(0.4, 0, true)),
                new("least", [new([7], Domain.Different)], x => x[0].Quantile(0)), new("greatest of all", [new([3, 4], Domain.Different)], x => x[0].Quantile(1)), new("one", [new([1], Domain.Any)], x => x[0].Quantile(0.3)),
                new("not a number", [new([2, 3], new(-3, 3) { Special = [double.NaN] })], x => x[0].Quantile(0.5, 1)) { Differentiable = false },
            ],
            Refusals = [new("more than 1", () => Tensor.Zeros([3]).Quantile(1.5), "1.5"), new("nothing", () => Tensor.Zeros([0]).Quantile(0.5), "no element"), Samples.BadAxis(x => x.Quantile(0.5, 2))],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>The q-quantile of an axis (of all elements if none is named), interpolated linearly between neighbours; NaN if there
        /// is one.</summary>
        /// <param name="q">0 … 1.</param>
        /// <param name="axis">Along which axis.</param>
        /// <param name="keepDims">Keep the axis with size 1.</param>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        /// <exception cref="ShapeException">q is not in 0 … 1, or there is no element.</exception>
        public Tensor Quantile(double q, int? axis = null, bool keepDims = false)
        {
            if (!(q >= 0 && q <= 1)) throw new ShapeException($"Quantile: q is {q.ToString(System.Globalization.CultureInfo.InvariantCulture)}; it must lie in 0 … 1.");
            return OfSorted(axis, keepDims, "Quantile", (sorted, along) =>
            {
                var place = q * (sorted.Shape[along] - 1);
                var low = (long)Math.Floor(place);
                var fraction = place - low;
                var below = sorted.Narrow(along, low, 1);
                return fraction == 0 ? below : below * (1 - fraction) + sorted.Narrow(along, low + 1, 1) * fraction;
            });
        }

        /// <summary>The middle one of the sorted elements of an axis (of all if none is named), of an even number the lower of both, as
        /// in PyTorch; NaN if there is one.</summary>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        /// <exception cref="ShapeException">There is no element.</exception>
        public Tensor Median(int? axis = null, bool keepDims = false) =>
            OfSorted(axis, keepDims, "Median", static (sorted, along) => sorted.Narrow(along, (sorted.Shape[along] - 1) / 2, 1));

        private Tensor OfSorted(int? axis, bool keepDims, string operation, Func<Tensor, int, Tensor> choose)
        {
            var x = axis is null ? Flatten() : Rank == 0 ? Unsqueeze(0) : this;
            var along = axis is { } named && Rank > 0 ? Shape.Axis(named, operation) : 0;
            if (x.Shape[along] == 0) throw new ShapeException($"{operation}: axis {along} of {x.Shape} has no element.");
            var (sorted, _) = x.Sort(along);
            var chosen = choose(sorted, along);
            // NaN is sorted to the end.
            if (DType.IsFloating()) chosen = sorted.Narrow(along, x.Shape[along] - 1, 1).IsNan().Where(double.NaN, chosen);
            if (!keepDims) return chosen.Reshape(Rank == 0 ? Shape.Scalar : chosen.Shape.Without(along));
            return axis is null ? chosen.Reshape(new Shape([.. Enumerable.Repeat(1L, Rank)])) : chosen.Reshape(Rank == 0 ? Shape.Scalar : chosen.Shape);
        }
    }
}
