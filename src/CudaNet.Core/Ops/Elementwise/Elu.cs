namespace CudaNet.Ops
{
    /// <summary>x above 0, an exponential below (Clevert et al. 2015).</summary>
    internal sealed class Elu : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Elu",
            Formula = "x > 0 ? x : α·(eˣ − 1)",
            Samples = Samples.Unary(x => x.Elu(0.7), Domain.NonZero),
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>x above 0 and α·(eˣ − 1) below, element by element. Integers give Float32.</summary>
        public Tensor Elu(double alpha = 1)
        {
            var x = DType.IsFloating() ? this : To(DType.Float32);
            // The unused branch is kept finite: 0 · ∞ would be NaN in the gradient.
            return (x > 0).Where(x, x.Minimum(0).Expm1() * alpha);
        }
    }
}
