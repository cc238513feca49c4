namespace CudaNet.Ops
{
    /// <summary>Logistic loss of scores against signs.</summary>
    internal sealed class SoftMargin : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "SoftMarginLoss",
            Formula = "ln(1 + exp(−t·x))",
            ToleranceScale = 4, // exp and log
            Samples =
            [
                .. Losses.PairSamples((x, t, reduction) => x.SoftMarginLoss(t, reduction), Domain.Any, new(-1, 1)),
                new("large scores", [new([9], new(-3e4, 3e4)), new([9], Domain.Integers(0, 1))], x => x[0].SoftMarginLoss(x[1] * 2 - 1, LossReduction.None)) { Differentiable = false },
            ],
            Refusals = [Losses.MismatchedTarget((x, t) => x.SoftMarginLoss(t))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>ln(1 + exp(−t·x)) of scores x and targets ±1, without overflow.</summary>
        /// <param name="target">1 or −1, of this shape.</param>
        /// <param name="reduction">Mean, sum, mean over the batch, or none.</param>
        /// <exception cref="ShapeException">Shapes do not fit.</exception>
        public Tensor SoftMarginLoss(Tensor target, LossReduction reduction = LossReduction.Mean)
        {
            var (x, t) = Losses.Paired(this, target, "SoftMarginLoss");
            return (-(t * x)).Softplus().Reduced(reduction);
        }
    }
}
