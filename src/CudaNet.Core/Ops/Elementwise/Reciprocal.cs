using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>1/x.</summary>
    public sealed record Reciprocal : Elementwise<Reciprocal>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Reciprocal",
            Formula = "1/x",
            Samples = Samples.Unary(x => x.Reciprocal(), Domain.NonZero),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override double? Fold(ReadOnlySpan<double> values) => 1 / values[0];

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [-context.Upstream * context.Output * context.Output];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>1/x, element by element. Integers give Float32.</summary>
        public Tensor Reciprocal() => Elementwise.Unary(new Reciprocal(), this, floating: true);
    }
}
