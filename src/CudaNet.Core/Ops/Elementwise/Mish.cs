namespace CudaNet.Ops
{
    /// <summary>x times the tanh of its softplus (Misra 2019).</summary>
    internal sealed class Mish : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Mish",
            Formula = "x·tanh(ln(1 + eˣ))",
            Samples =
            [
                .. Samples.Unary(x => x.Mish()),
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
        /// <summary>x·tanh(ln(1 + eˣ)), element by element. Integers give Float32.</summary>
        public Tensor Mish()
        {
            var x = this.Floating();
            return x * x.Softplus().Tanh();
        }
    }
}
