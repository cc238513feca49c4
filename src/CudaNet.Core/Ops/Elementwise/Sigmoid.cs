using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Logistic function 1/(1 + e⁻ˣ), stable on both sides.</summary>
    public sealed record Sigmoid : Elementwise<Sigmoid>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Sigmoid",
            Formula = "1/(1 + e⁻ˣ)",
            Samples = Samples.Unary(x => x.Sigmoid()),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream * context.Output * (1 - context.Output)];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Logistic function 1/(1 + e⁻ˣ), element by element. Integers give Float32.</summary>
        public Tensor Sigmoid() => Elementwise.Unary(new Sigmoid(), this, floating: true);
    }
}
