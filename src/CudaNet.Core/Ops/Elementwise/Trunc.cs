namespace CudaNet.Ops
{
    /// <summary>x without its fraction.</summary>
    public sealed record Trunc : StepFunction<Trunc>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Trunc",
            Formula = "x rounded towards 0",
            DTypes = DTypes.Numeric,
            GradientOrder = 0,
            Samples = Samples.Unary(x => x.Trunc(), differentiable: false),
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>x without its fraction, element by element. Its gradient is 0.</summary>
        public Tensor Trunc() => DType.IsFloating() ? new Trunc().Apply(this) : this;
    }
}
