namespace CudaNet.Ops
{
    /// <summary>Absolute error, rounded at 0 (Girshick 2015).</summary>
    internal sealed class SmoothL1Loss : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "SmoothL1Loss",
            Formula = "d = |x − t|; d²/(2β) below β, else d − β/2",
            GradientOrder = 1,
            Samples = Losses.PairSamples((x, t, reduction) => x.SmoothL1Loss(t, reduction), new(0, 1), new(1.3, 2.7)),
            Refusals = [Losses.MismatchedTarget((x, t) => x.SmoothL1Loss(t)), new("a negative beta", () => Tensor.Zeros([2]).SmoothL1Loss(Tensor.Zeros([2]), beta: -1), "beta.*0 or more")],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Absolute error that is quadratic below beta: d²/(2β) for d &lt; β, else d − β/2.</summary>
        /// <param name="target">Of this shape.</param>
        /// <param name="reduction">Mean, sum or none.</param>
        /// <param name="beta">Where the parabola ends; 0 gives the absolute error.</param>
        /// <exception cref="ShapeException">Shapes differ.</exception>
        public Tensor SmoothL1Loss(Tensor target, LossReduction reduction = LossReduction.Mean, double beta = 1)
        {
            if (!(beta >= 0)) throw new ShapeException($"SmoothL1Loss: beta {beta} must be 0 or more.");
            var (x, t) = Losses.Paired(this, target, "SmoothL1Loss");
            return (beta == 0 ? (x - t).Abs() : Quadratic(x - t, beta) / beta).Reduced(reduction);
        }
    }
}
