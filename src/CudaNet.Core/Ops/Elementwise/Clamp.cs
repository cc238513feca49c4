namespace CudaNet.Ops
{
    /// <summary>x limited to an interval; NaN stays NaN.</summary>
    internal sealed class Clamp : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Clamp",
            Formula = "min(max(x, low), high)",
            DTypes = DTypes.Numeric,
            GradientOrder = 1,
            Samples =
            [
                .. Samples.Unary(x => x.Clamp(-1, 1), new(-3, 3) { Kinks = [-1, 1] }),
                .. Samples.Unary(x => x.Clamp(low: 0), Domain.NonZero),
                .. Samples.Unary(x => x.Clamp(high: 2), new(-3, 3) { Kinks = [2] }),
                new("tensors as limits", [new([3, 5], Domain.Any), new([5], new(-1.1, -0.9)), new([3, 1], new(0.9, 1.1))], x => x[0].Clamp(x[1], x[2])),
            ],
            Refusals = [new("no limit", () => Tensor.Zeros([2]).Clamp(), "Clamp: give a low limit")],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>The elements limited to low … high; null for no limit. NaN stays NaN. The gradient passes where the limits do
        /// not cut, the limits included.</summary>
        /// <exception cref="GraphException">Both limits are null.</exception>
        public Tensor Clamp(Scalar? low = null, Scalar? high = null)
        {
            if (low is null && high is null) throw new GraphException("Clamp: give a low limit, a high one, or both.");
            if (DType.IsInteger())
            {
                // A limit outside of the type is the type's own.
                var (least, greatest) = Ops.Elementwise.Range(DType);
                if (low is { Type: DType.Int64 } l) low = Math.Clamp(l.Integer, least, greatest);
                if (high is { Type: DType.Int64 } h) high = Math.Clamp(h.Integer, least, greatest);
            }
            var x = low is { } from ? Maximum(from) : this;
            return high is { } to ? x.Minimum(to) : x;
        }

        /// <summary>The elements limited to low … high, element by element, with broadcasting.</summary>
        public Tensor Clamp(Tensor low, Tensor high) => Maximum(low).Minimum(high);
    }
}
