using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>eˣ.</summary>
    public sealed record Exp : Elementwise<Exp>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Exp",
            Formula = "eˣ",
            Samples = Samples.Unary(x => x.Exp()),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Full;

        /// <inheritdoc/>
        public override double? Fold(ReadOnlySpan<double> values) => Math.Exp(values[0]);

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream * context.Output];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>eˣ, element by element. Integers give Float32.</summary>
        public Tensor Exp() => Elementwise.Unary(new Exp(), this, floating: true);
    }
}
