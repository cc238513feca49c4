using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Error function 2/√π ∫₀ˣ e^(−t²) dt.</summary>
    public sealed record Erf : Elementwise<Erf>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Erf",
            Formula = "2/√π ∫₀ˣ e^(−t²) dt",
            Samples = Samples.Unary(x => x.Erf()),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream * (2 / Math.Sqrt(Math.PI)) * (-(context.Inputs[0] * context.Inputs[0])).Exp()];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Error function, element by element. Integers give Float32.</summary>
        public Tensor Erf() => Elementwise.Unary(new Erf(), this, floating: true);
    }
}
