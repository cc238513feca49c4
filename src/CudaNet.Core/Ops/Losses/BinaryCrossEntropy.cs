using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Binary cross entropy of probabilities: −t·max(ln x, −100) − (1 − t)·max(ln(1 − x), −100). The gradient by x is
    /// (x − t)/max(x·(1 − x), 10⁻¹²), so that a wrong certainty can be unlearned: that of the clamped logarithms is 0 there.</summary>
    public sealed record BinaryCrossEntropyLosses : Composite<BinaryCrossEntropyLosses>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "BinaryCrossEntropy",
            Formula = "−t·max(ln x, −100) − (1 − t)·max(ln(1 − x), −100)",
            ToleranceScale = 4, // two logarithms and a sum
            Samples =
            [
                .. Losses.PairSamples((x, t, reduction) => x.BinaryCrossEntropy(t, reduction), new(0.05, 0.95), new(0, 1)),
                new("weight", [new([3, 5], new(0.05, 0.95)), new([3, 5], new(0, 1)), new([5], Domain.Positive)], x => x[0].BinaryCrossEntropy(x[1], weight: x[2])) { SumLength = 15 },
                new("certainties", [new([9], Domain.Mask), new([9], Domain.Mask)], x => x[0].BinaryCrossEntropy(x[1], LossReduction.None)) { Differentiable = false },
            ],
            Refusals = [Losses.MismatchedTarget((x, t) => x.BinaryCrossEntropy(t))],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Full;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0];

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            var (yes, no) = Logarithms(inputs[0].Widened());
            var t = inputs[1].Widened();
            return ((t - 1) * no - t * yes).To(inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var (x, t, g) = (context.Inputs[0].Widened(), context.Inputs[1].Widened(), context.Upstream.Widened());
            var (yes, no) = Logarithms(x);
            var type = context.Inputs[0].DType;
            return [(g * (x - t) / ((1 - x) * x).Maximum(1e-12)).To(type), context.Needs[1] ? (g * (no - yes)).To(type) : null];
        }

        private static (Tensor Yes, Tensor No) Logarithms(Tensor x) => (x.Log().Maximum(-100), (-x).Log1p().Maximum(-100));
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Binary cross entropy between these probabilities and targets in 0 … 1; logarithms are at least −100. A number
        /// that is no probability gives NaN. Where there are logits, take <see cref="BinaryCrossEntropyWithLogits"/>.</summary>
        /// <param name="target">Of this shape.</param>
        /// <param name="reduction">Mean, sum, mean over the batch, or none.</param>
        /// <param name="weight">Factor of each loss, broadcast; null for 1.</param>
        /// <exception cref="ShapeException">Shapes differ.</exception>
        public Tensor BinaryCrossEntropy(Tensor target, LossReduction reduction = LossReduction.Mean, Tensor? weight = null)
        {
            var (x, t) = Losses.Paired(this, target, "BinaryCrossEntropy");
            var losses = new BinaryCrossEntropyLosses().Apply(x, t);
            if (weight is not null) losses *= weight.To(x.DType);
            return losses.Reduced(reduction);
        }
    }
}
