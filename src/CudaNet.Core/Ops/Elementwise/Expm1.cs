using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>eˣ − 1, accurate near 0.</summary>
    public sealed record Expm1 : Elementwise<Expm1>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Expm1",
            Formula = "eˣ − 1",
            Samples = Samples.Unary(x => x.Expm1()),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream * (context.Output + 1)];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>eˣ − 1, element by element, accurate near 0. Integers give Float32.</summary>
        public Tensor Expm1() => Elementwise.Unary(new Expm1(), this, floating: true);
    }
}
