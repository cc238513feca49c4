namespace CudaNet.Ops
{
    /// <summary>Nearest integer, halves to even.</summary>
    public sealed record Round : StepFunction<Round>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Round",
            Formula = "nearest integer to x, halves to even",
            DTypes = DTypes.Numeric,
            GradientOrder = 0,
            Samples = Samples.Unary(x => x.Round(), differentiable: false),
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Nearest integer, halves to even, element by element. Its gradient is 0.</summary>
        public Tensor Round() => DType.IsFloating() ? new Round().Apply(this) : this;
    }
}
