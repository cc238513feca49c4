namespace CudaNet.Ops
{
    /// <summary>−1, 0 or 1; 0 for NaN.</summary>
    public sealed record Sign : StepFunction<Sign>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Sign",
            Formula = "[x > 0] − [x < 0]",
            DTypes = DTypes.Numeric,
            GradientOrder = 0,
            Samples = Samples.Unary(x => x.Sign(), differentiable: false),
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>−1, 0 or 1, element by element; 0 for NaN. Its gradient is 0.</summary>
        public Tensor Sign() => new Sign().Apply(this);
    }
}
