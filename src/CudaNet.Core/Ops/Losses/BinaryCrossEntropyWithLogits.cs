namespace CudaNet.Ops
{
    /// <summary>Binary cross entropy of logits, stable for all of them: softplus(x) − x·t.</summary>
    internal sealed class BinaryCrossEntropyWithLogits : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "BinaryCrossEntropyWithLogits",
            Formula = "mean of −t·log σ(x) − (1 − t)·log(1 − σ(x))",
            ToleranceScale = 4, // exp, log and a difference
            Samples =
            [
                .. Losses.PairSamples((x, t, reduction) => x.BinaryCrossEntropyWithLogits(t, reduction), Domain.Any, new(0, 1)),
                new("positive weight", [new([3, 5], Domain.Any), new([3, 5], new(0, 1)), new([5], Domain.Positive)], x => x[0].BinaryCrossEntropyWithLogits(x[1], positiveWeight: x[2])) { SumLength = 15 },
                new("weight", [new([3, 5], Domain.Any), new([3, 5], new(0, 1)), new([3, 5], Domain.Positive)], x => x[0].BinaryCrossEntropyWithLogits(x[1], weight: x[2])) { SumLength = 15 },
                new("large logits", [new([9], new(-3e4, 3e4)), new([9], Domain.Mask)], x => x[0].BinaryCrossEntropyWithLogits(x[1], LossReduction.None)) { Differentiable = false },
            ],
            Refusals = [Losses.MismatchedTarget((x, t) => x.BinaryCrossEntropyWithLogits(t))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Binary cross entropy between these logits and targets in 0 … 1.</summary>
        /// <param name="target">Of the logits' shape.</param>
        /// <param name="reduction">Mean, sum or none.</param>
        /// <param name="weight">Factor of each loss, broadcast; null for 1.</param>
        /// <param name="positiveWeight">Factor of the positive part, broadcast; null for 1.</param>
        /// <exception cref="ShapeException">Shapes differ.</exception>
        public Tensor BinaryCrossEntropyWithLogits(Tensor target, LossReduction reduction = LossReduction.Mean, Tensor? weight = null, Tensor? positiveWeight = null)
        {
            var (x, t) = Losses.Paired(this, target, "BinaryCrossEntropyWithLogits");
            var losses = positiveWeight is null
                ? x.Softplus() - x * t
                : (1 - t) * x + (1 + (positiveWeight.To(x.DType) - 1) * t) * (-x).Softplus();
            if (weight is not null) losses *= weight.To(x.DType);
            return losses.Reduced(reduction);
        }
    }
}
