namespace CudaNet.Ops
{
    /// <summary>x, with another slope below 0.</summary>
    internal sealed class LeakyRelu : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "LeakyRelu",
            Formula = "x > 0 ? x : slope·x",
            GradientOrder = 1,
            Samples = Samples.Unary(x => x.LeakyRelu(0.1), Domain.NonZero),
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>x above 0 and slope·x below, element by element. The gradient at 0 is the slope.</summary>
        public Tensor LeakyRelu(double slope = 0.01)
        {
            var x = DType.IsFloating() ? this : To(DType.Float32);
            return (x > 0).Where(x, x * slope);
        }
    }
}
