namespace CudaNet.Ops
{
    /// <summary>Least integer that is not below x.</summary>
    public sealed record Ceil : StepFunction<Ceil>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Ceil",
            Formula = "⌈x⌉",
            DTypes = DTypes.Numeric,
            GradientOrder = 0,
            Samples = Samples.Unary(x => x.Ceil(), differentiable: false),
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Least integer that is not below x, element by element. Its gradient is 0.</summary>
        public Tensor Ceil() => DType.IsFloating() ? new Ceil().Apply(this) : this;
    }
}
