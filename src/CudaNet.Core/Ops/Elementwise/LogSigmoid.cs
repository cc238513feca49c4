namespace CudaNet.Ops
{
    /// <summary>ln σ(x) without overflow.</summary>
    internal sealed class LogSigmoid : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "LogSigmoid",
            Formula = "ln σ(x) = −ln(1 + e⁻ˣ)",
            Samples = Samples.Unary(x => x.LogSigmoid()),
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>ln σ(x) = −ln(1 + e⁻ˣ), element by element, without overflow. Integers give Float32.</summary>
        public Tensor LogSigmoid() => -(-(DType.IsFloating() ? this : To(DType.Float32))).Softplus();
    }
}
