namespace CudaNet.Ops
{
    /// <summary>The loss of support vector machines.</summary>
    internal sealed class Hinge : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "HingeLoss",
            Formula = "max(0, 1 − t·x), or its square",
            GradientOrder = 1,
            Samples =
            [
                new("mean", [new([3, 5], new(1.1, 3)), new([3, 5], Domain.Integers(0, 1), Type: DType.Int64)], x => x[0].HingeLoss(x[1] * 2 - 1)) { SumLength = 15 },
                new("sum", [new([3, 5], new(-0.9, 0.9)), new([3, 5], Domain.Integers(0, 1), Type: DType.Int64)], x => x[0].HingeLoss(x[1] * 2 - 1, LossReduction.Sum)) { SumLength = 15 },
                new("none, squared", [new([7], new(-0.9, 0.9)), new([7], Domain.Integers(0, 1), Type: DType.Int64)], x => x[0].HingeLoss(x[1] * 2 - 1, LossReduction.None, squared: true)),
            ],
            Refusals = [Losses.MismatchedTarget((x, t) => x.HingeLoss(t))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>max(0, 1 − t·x) of scores x and targets ±1: 0 for what is on the right side by 1 or more.</summary>
        /// <param name="target">1 or −1, of this shape.</param>
        /// <param name="reduction">Mean, sum, mean over the batch, or none.</param>
        /// <param name="squared">True for its square, which has no kink.</param>
        /// <exception cref="ShapeException">Shapes differ.</exception>
        public Tensor HingeLoss(Tensor target, LossReduction reduction = LossReduction.Mean, bool squared = false)
        {
            var (x, t) = Losses.Paired(this, target, "HingeLoss");
            var losses = (1 - t * x).Relu();
            return (squared ? losses.Square() : losses).Reduced(reduction);
        }
    }
}
