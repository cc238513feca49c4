namespace CudaNet.Ops
{
    /// <summary>True for NaN, the only value that differs from itself.</summary>
    internal sealed class IsNan : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "IsNan",
            Formula = "x ≠ x",
            DTypes = DTypes.All,
            GradientOrder = 0,
            Samples = Samples.Unary(x => x.IsNan(), differentiable: false),
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>True where the element is NaN, as Bool.</summary>
        public Tensor IsNan() => Ne(this);
    }
}
