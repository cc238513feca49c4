using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>max(x, 0). The gradient is asked of the result, so that the input need not be kept; at 0 it is 0.</summary>
    public sealed record Relu : Elementwise<Relu>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Relu",
            Formula = "max(x, 0); ∂y/∂x = [y > 0]",
            DTypes = DTypes.Numeric,
            GradientOrder = 1,
            Samples = Samples.Unary(x => x.Relu(), Domain.NonZero),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [(context.Output > 0).Where(context.Upstream, 0)];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>max(x, 0), element by element; NaN stays NaN. The gradient at 0 is 0.</summary>
        public Tensor Relu() => Elementwise.Unary(new Relu(), this);
    }
}
