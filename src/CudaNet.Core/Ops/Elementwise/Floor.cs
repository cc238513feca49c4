namespace CudaNet.Ops
{
    /// <summary>Greatest integer that is not above x.</summary>
    public sealed record Floor : StepFunction<Floor>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Floor",
            Formula = "⌊x⌋",
            DTypes = DTypes.Numeric,
            GradientOrder = 0,
            Samples = Samples.Unary(x => x.Floor(), differentiable: false),
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Greatest integer that is not above x, element by element. Its gradient is 0.</summary>
        public Tensor Floor() => DType.IsFloating() ? new Floor().Apply(this) : this;
    }
}
