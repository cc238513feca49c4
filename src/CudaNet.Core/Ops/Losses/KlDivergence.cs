namespace CudaNet.Ops
{
    /// <summary>Kullback–Leibler divergence from log probabilities.</summary>
    internal sealed class KlDivergence : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "KlDivLoss",
            Formula = "t·(log t − x), 0 where t is 0; or eᵗ·(t − x)",
            ToleranceScale = 4, // a logarithm, an exponential and a difference
            Samples =
            [
                .. Losses.PairSamples((x, t, reduction) => x.KlDivLoss(t, reduction), Domain.Any, Domain.Positive),
                .. Losses.PairSamples((x, t, reduction) => x.KlDivLoss(t, reduction, logTarget: true), Domain.Any, new(-3, 0)),
                new("batch mean", [new([3, 5], Domain.Any), new([3, 5], Domain.Positive)], x => x[0].KlDivLoss(x[1], LossReduction.BatchMean)) { SumLength = 15 },
                new("impossible classes", [new([9], Domain.Any), new([9], Domain.Integers(0, 1))], x => x[0].KlDivLoss(x[1], LossReduction.None)) { Differentiable = false },
            ],
            Refusals = [Losses.MismatchedTarget((x, t) => x.KlDivLoss(t)), new("a batch mean of a scalar", () => Tensor.Scalar(0f).KlDivLoss(Tensor.Scalar(1f), LossReduction.BatchMean), "no batch")],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Kullback–Leibler divergence of the distribution whose logarithms these are, from a target distribution:
        /// Σ t·(log t − x), 0·log 0 = 0. The divergence is the sum over classes; use <see cref="LossReduction.BatchMean"/>, since
        /// the mean over all elements is smaller by the number of classes.</summary>
        /// <param name="target">Probabilities, or their logarithms.</param>
        /// <param name="reduction">Mean (PyTorch's default), sum, mean over the batch, or none.</param>
        /// <param name="logTarget">True if the targets are logarithms.</param>
        /// <exception cref="ShapeException">Shapes differ.</exception>
        public Tensor KlDivLoss(Tensor target, LossReduction reduction = LossReduction.Mean, bool logTarget = false)
        {
            var (x, t) = Losses.Paired(this, target, "KlDivLoss");
            if (logTarget) return (t.Exp() * (t - x)).Reduced(reduction);
            // 0·log 0 is 0; the logarithm that is not taken must be finite, or its gradient is NaN.
            var isZero = t.Eq(0);
            var entropy = isZero.Where(0, t * isZero.Where(1, t).Log());
            return (entropy - t * x).Reduced(reduction);
        }
    }
}
