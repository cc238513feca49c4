namespace CudaNet.Ops
{
    /// <summary>Scaled exponential linear unit (Klambauer, Unterthiner, Mayr, Hochreiter 2017).</summary>
    internal sealed class Selu : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Selu",
            Formula = "x > 0 ? λ·x : λ·α·(eˣ − 1), λ ≈ 1.0507, α ≈ 1.6733",
            Samples =
            [
                .. Samples.Unary(x => x.Selu(), Domain.NonZero),
            ],
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>λ·x above 0 and λ·α·(eˣ − 1) below, with the λ and α that keep mean 0 and variance 1 from layer to layer
        /// (given LeCun's initial weights). Integers give Float32.</summary>
        public Tensor Selu() => Elu(1.6732632423543772848170429916717) * 1.0507009873554804934193349852946;
    }
}
