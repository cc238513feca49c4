namespace CudaNet.Ops
{
    /// <summary>x times its logistic function (Elfwing et al. 2017), also called swish.</summary>
    internal sealed class Silu : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Silu",
            Formula = "x·σ(x)",
            Samples = Samples.Unary(x => x.Silu()),
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>x/(1 + e⁻ˣ), element by element; also called swish. Integers give Float32.</summary>
        public Tensor Silu()
        {
            var x = DType.IsFloating() ? this : To(DType.Float32);
            return x * x.Sigmoid();
        }
    }
}
