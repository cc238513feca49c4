namespace CudaNet.Ops
{
    /// <summary>Exponential linear unit whose derivative is continuous for every α (Barron 2017).</summary>
    internal sealed class Celu : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Celu",
            Formula = "max(x, 0) + min(0, α·(exp(x/α) − 1))",
            Samples =
            [
                .. Samples.Unary(x => x.Celu(), new(-3, 3)),
                .. Samples.Unary(x => x.Celu(2), Domain.NonZero),
            ],
            Refusals = [new("an alpha of zero", () => Tensor.Zeros([2]).Celu(0), "alpha is 0")],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>x above 0 and α·(exp(x/α) − 1) below, element by element: its slope is 1 on both sides of 0 whatever α.
        /// Integers give Float32.</summary>
        /// <exception cref="ShapeException">α is 0.</exception>
        public Tensor Celu(double alpha = 1)
        {
            if (alpha is 0 or double.NaN) throw new ShapeException($"Celu: alpha is {alpha}. Give a number other than 0.");
            var x = this.Floating();
            return (x > 0).Where(x, (x.Minimum(0) / alpha).Expm1() * alpha);
        }
    }
}
