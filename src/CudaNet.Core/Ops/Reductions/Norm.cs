namespace CudaNet.Ops
{
    /// <summary>Vector norm of any order along axes.</summary>
    internal sealed class Norm : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Norm",
            Formula = "(Σ |x|ᵖ)^(1/p) along axes",
            DTypes = DTypes.Numeric,
            Samples =
            [
                .. Samples.Reduction((x, axes, keep) => x.Norm(axes: axes, keepDims: keep)),
                .. from p in (double[])[0, 1, 2.5, double.PositiveInfinity, double.NegativeInfinity]
                   select new Sample($"p = {p}", [new([3, 7], new(0.1, 3) { Distinct = true })], x => x[0].Norm(p, 1)) { SumLength = 7 },
            ],
            Refusals = [Samples.BadAxis(x => x.Norm(2, 2)), Samples.RepeatedAxis(x => x.Norm(2, [0, -2]))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Norm of order p along axes (all of them if none is named): 2 is the Euclidean length, 1 the sum of the absolute
        /// values, ±∞ the largest or smallest of them, 0 the count of non-zeros. Integers give Float32. The gradient of the
        /// Euclidean norm at 0 is 0.</summary>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        public Tensor Norm(double p = 2, Axes? axes = null, bool keepDims = false)
        {
            var x = Reductions.Wide(this);
            return Order(x).To(Reductions.Floating(DType));

            Tensor Order(Tensor x)
            {
                if (p == 0) return x.Ne(0).Sum(axes, keepDims).To(x.DType);
                if (p == 1) return x.Abs().Sum(axes, keepDims);
                if (double.IsPositiveInfinity(p)) return x.Abs().Max(axes, keepDims);
                if (double.IsNegativeInfinity(p)) return x.Abs().Min(axes, keepDims);
                if (p != 2) return x.Abs().Pow(p).Sum(axes, keepDims).Pow(1 / p);
                // √ has an infinite slope at 0, which would make the gradient 0 · ∞.
                var squares = x.Square().Sum(axes, keepDims);
                var isZero = squares.Eq(0);
                return isZero.Where(0, isZero.Where(1, squares).Sqrt());
            }
        }
    }
}
