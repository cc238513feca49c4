namespace CudaNet.Ops
{
    /// <summary>Squared error that is linear for large ones (Huber 1964).</summary>
    internal sealed class HuberLoss : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "HuberLoss",
            Formula = "d = |x − t|; d²/2 below δ, else δ·(d − δ/2)",
            GradientOrder = 1,
            Samples = Losses.PairSamples((x, t, reduction) => x.HuberLoss(t, reduction), new(0, 1), new(1.3, 2.7)),
            Refusals = [Losses.MismatchedTarget((x, t) => x.HuberLoss(t)), new("a delta of zero", () => Tensor.Zeros([2]).HuberLoss(Tensor.Zeros([2]), delta: 0), "delta.*above 0")],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Squared error that is linear from delta on: d²/2 for d &lt; δ, else δ·(d − δ/2).</summary>
        /// <param name="target">Of this shape.</param>
        /// <param name="reduction">Mean, sum or none.</param>
        /// <param name="delta">Where the parabola ends.</param>
        /// <exception cref="ShapeException">Shapes differ.</exception>
        public Tensor HuberLoss(Tensor target, LossReduction reduction = LossReduction.Mean, double delta = 1)
        {
            if (!(delta > 0)) throw new ShapeException($"HuberLoss: delta {delta} must be above 0.");
            var (x, t) = Losses.Paired(this, target, "HuberLoss");
            return (Quadratic(x - t, delta)).Reduced(reduction);
        }

        /// <summary>d²/2 below a limit, beyond it the tangent there.</summary>
        private static Tensor Quadratic(Tensor difference, double limit)
        {
            var d = difference.Abs();
            return (d < limit).Where(difference.Square() * 0.5, (d - 0.5 * limit) * limit);
        }
    }
}
