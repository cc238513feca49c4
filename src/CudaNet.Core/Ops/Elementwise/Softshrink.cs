namespace CudaNet.Ops
{
    /// <summary>Pulls towards 0 by λ; the proximal operator of λ·|x|.</summary>
    internal sealed class Softshrink : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Softshrink",
            Formula = "sign(x)·max(|x| − λ, 0)",
            GradientOrder = 1,
            Samples =
            [
                .. Samples.Unary(x => x.Softshrink(), new(-3, 3) { Kinks = [-0.5, 0.5] }),
                .. Samples.Unary(x => x.Softshrink(1), new(-3, 3) { Kinks = [-1, 1] }),
                .. Samples.Unary(x => x.Softshrink(0), Domain.Any, extremes: false),
            ],
            Refusals = [new("a negative lambda", () => Tensor.Zeros([2]).Softshrink(-1), "lambda -1 must be 0 or more")],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>x pulled towards 0 by lambda, and 0 where |x| ≤ lambda, element by element. Integers give Float32.</summary>
        /// <exception cref="ShapeException">lambda is negative.</exception>
        public Tensor Softshrink(double lambda = 0.5)
        {
            if (!(lambda >= 0)) throw new ShapeException($"Softshrink: lambda {lambda} must be 0 or more.");
            var x = this.Floating();
            return (x.Abs() <= lambda).Where(0, x - x.Sign() * lambda);
        }
    }
}
