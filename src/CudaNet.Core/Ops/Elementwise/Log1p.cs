using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>ln(1 + x), accurate near 0.</summary>
    public sealed record Log1p : Elementwise<Log1p>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Log1p",
            Formula = "ln(1 + x)",
            Samples = Samples.Unary(x => x.Log1p(), new(-0.9, 3)),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream / (context.Inputs[0] + 1)];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>ln(1 + x), element by element, accurate near 0. Integers give Float32.</summary>
        public Tensor Log1p() => Elementwise.Unary(new Log1p(), this, floating: true);
    }
}
