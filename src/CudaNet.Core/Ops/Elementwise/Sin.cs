using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Sine of radians.</summary>
    public sealed record Sin : Elementwise<Sin>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Sin",
            Formula = "sin x",
            Samples = Samples.Unary(x => x.Sin()),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream * context.Inputs[0].Cos()];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Sine of radians, element by element. Integers give Float32.</summary>
        public Tensor Sin() => Elementwise.Unary(new Sin(), this, floating: true);
    }
}
