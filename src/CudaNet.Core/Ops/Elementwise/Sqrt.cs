using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>√x.</summary>
    public sealed record Sqrt : Elementwise<Sqrt>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Sqrt",
            Formula = "√x",
            Samples = Samples.Unary(x => x.Sqrt(), Domain.Positive),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override double? Fold(ReadOnlySpan<double> values) => Math.Sqrt(values[0]);

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream * 0.5 / context.Output];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>√x, element by element; NaN for negative values. Integers give Float32.</summary>
        public Tensor Sqrt() => Elementwise.Unary(new Sqrt(), this, floating: true);
    }
}
