using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Cosine of radians.</summary>
    public sealed record Cos : Elementwise<Cos>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Cos",
            Formula = "cos x",
            Samples = Samples.Unary(x => x.Cos()),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [-context.Upstream * context.Inputs[0].Sin()];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Cosine of radians, element by element. Integers give Float32.</summary>
        public Tensor Cos() => Elementwise.Unary(new Cos(), this, floating: true);
    }
}
