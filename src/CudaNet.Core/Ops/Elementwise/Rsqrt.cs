using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>1/√x.</summary>
    public sealed record Rsqrt : Elementwise<Rsqrt>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Rsqrt",
            Formula = "1/√x",
            Samples = Samples.Unary(x => x.Rsqrt(), Domain.Positive),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override double? Fold(ReadOnlySpan<double> values) => 1 / Math.Sqrt(values[0]);

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream * -0.5 * context.Output * context.Output * context.Output];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>1/√x, element by element; infinite at 0. Integers give Float32.</summary>
        public Tensor Rsqrt() => Elementwise.Unary(new Rsqrt(), this, floating: true);
    }
}
