namespace CudaNet.Ops
{
    /// <summary>Gaussian error linear unit (Hendrycks, Gimpel 2016).</summary>
    internal sealed class Gelu : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Gelu",
            Formula = "x·Φ(x) = x/2·(1 + erf(x/√2)); or with Φ approximated by tanh",
            Samples =
            [
                .. Samples.Unary(x => x.Gelu()),
                .. Samples.Unary(x => x.Gelu(tanh: true)),
            ],
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>Gaussian error linear unit x·Φ(x), element by element. Integers give Float32.</summary>
        /// <param name="tanh">Takes the approximation x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))), as GPT-2 does.</param>
        public Tensor Gelu(bool tanh = false)
        {
            var x = DType.IsFloating() ? this : To(DType.Float32);
            return tanh
                ? x * 0.5 * ((x * (x * x * (0.044715 * Math.Sqrt(2 / Math.PI)) + Math.Sqrt(2 / Math.PI))).Tanh() + 1)
                : x * 0.5 * ((x * Math.Sqrt(0.5)).Erf() + 1);
        }
    }
}
