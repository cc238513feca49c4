namespace CudaNet.Ops
{
    /// <summary>Mean squared error.</summary>
    internal sealed class MseLoss : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "MseLoss",
            Formula = "mean of (x − t)²",
            Samples = Losses.PairSamples((x, t, reduction) => x.MseLoss(t, reduction), Domain.Any, Domain.Any),
            Refusals = [Losses.MismatchedTarget((x, t) => x.MseLoss(t))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Mean squared error, element by element: (x − t)².</summary>
        /// <param name="target">Of this shape.</param>
        /// <param name="reduction">Mean, sum or none.</param>
        /// <exception cref="ShapeException">Shapes differ.</exception>
        public Tensor MseLoss(Tensor target, LossReduction reduction = LossReduction.Mean)
        {
            var (x, t) = Losses.Paired(this, target, "MseLoss");
            return ((x - t).Square()).Reduced(reduction);
        }
    }
}
