using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Tangent of radians.</summary>
    public sealed record Tan : Elementwise<Tan>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Tan",
            Formula = "tan x",
            Samples = Samples.Unary(x => x.Tan(), new(-1.3, 1.3)),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream * (context.Output * context.Output + 1)];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Tangent of radians, element by element. Integers give Float32.</summary>
        public Tensor Tan() => Elementwise.Unary(new Tan(), this, floating: true);
    }
}
