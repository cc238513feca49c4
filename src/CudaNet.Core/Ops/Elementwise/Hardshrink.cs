namespace CudaNet.Ops
{
    /// <summary>x, or 0 where it is small.</summary>
    internal sealed class Hardshrink : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Hardshrink",
            Formula = "|x| > λ ? x : 0",
            GradientOrder = 1,
            Samples =
            [
                .. Samples.Unary(x => x.Hardshrink(), new(-3, 3) { Kinks = [-0.5, 0.5] }),
                .. Samples.Unary(x => x.Hardshrink(1), new(-3, 3) { Kinks = [-1, 1] }),
            ],
            Refusals = [new("a negative lambda", () => Tensor.Zeros([2]).Hardshrink(-1), "lambda -1 must be 0 or more")],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>x, and 0 where |x| ≤ lambda, element by element. Integers give Float32.</summary>
        /// <exception cref="ShapeException">lambda is negative.</exception>
        public Tensor Hardshrink(double lambda = 0.5)
        {
            if (!(lambda >= 0)) throw new ShapeException($"Hardshrink: lambda {lambda} must be 0 or more.");
            var x = this.Floating();
            return (x.Abs() <= lambda).Where(0, x);
        }
    }
}
