using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>|x|.</summary>
    public sealed record Abs : Elementwise<Abs>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Abs",
            Formula = "|x|",
            DTypes = DTypes.Numeric,
            GradientOrder = 1,
            Samples = Samples.Unary(x => x.Abs(), Domain.NonZero),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream * context.Inputs[0].Sign()];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>|x|, element by element. The gradient at 0 is 0.</summary>
        public Tensor Abs() => DType is DType.Bool or DType.UInt8 ? this : new Abs().Apply(this);
    }
}
