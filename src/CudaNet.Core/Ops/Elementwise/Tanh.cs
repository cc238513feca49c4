using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Hyperbolic tangent.</summary>
    public sealed record Tanh : Elementwise<Tanh>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Tanh",
            Formula = "(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)",
            Samples = Samples.Unary(x => x.Tanh()),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream * (1 - context.Output * context.Output)];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Hyperbolic tangent, element by element. Integers give Float32.</summary>
        public Tensor Tanh() => Elementwise.Unary(new Tanh(), this, floating: true);
    }
}
