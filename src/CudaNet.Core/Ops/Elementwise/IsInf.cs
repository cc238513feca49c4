namespace CudaNet.Ops
{
    /// <summary>True for ±∞.</summary>
    internal sealed class IsInf : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "IsInf",
            Formula = "|x| = ∞",
            DTypes = DTypes.All,
            GradientOrder = 0,
            Samples = Samples.Unary(x => x.IsInf(), differentiable: false),
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>True where the element is +∞ or −∞, as Bool.</summary>
        public Tensor IsInf() => DType.IsFloating() ? Abs().Eq(double.PositiveInfinity) : Zeros(Shape, DType.Bool, Device);
    }
}
