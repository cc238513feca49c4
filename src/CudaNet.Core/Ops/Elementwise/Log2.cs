using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Logarithm to base 2.</summary>
    public sealed record Log2 : Elementwise<Log2>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Log2",
            Formula = "log₂ x",
            Samples = Samples.Unary(x => x.Log2(), Domain.Positive),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream / (context.Inputs[0] * Math.Log(2))];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Logarithm to base 2, element by element. Integers give Float32.</summary>
        public Tensor Log2() => Elementwise.Unary(new Log2(), this, floating: true);
    }
}
