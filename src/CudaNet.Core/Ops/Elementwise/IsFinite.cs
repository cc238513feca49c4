namespace CudaNet.Ops
{
    /// <summary>True for what is neither NaN nor ±∞.</summary>
    internal sealed class IsFinite : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "IsFinite",
            Formula = "|x| < ∞",
            DTypes = DTypes.All,
            GradientOrder = 0,
            Samples = Samples.Unary(x => x.IsFinite(), differentiable: false),
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>True where the element is neither NaN nor infinite, as Bool.</summary>
        public Tensor IsFinite() => DType.IsFloating() ? Abs() < double.PositiveInfinity : Ones(Shape, DType.Bool, Device);
    }
}
