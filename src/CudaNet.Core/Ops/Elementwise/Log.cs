using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Natural logarithm.</summary>
    public sealed record Log : Elementwise<Log>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Log",
            Formula = "ln x",
            Samples = Samples.Unary(x => x.Log(), Domain.Positive),
            Refusals = [],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Full;

        /// <inheritdoc/>
        public override double? Fold(ReadOnlySpan<double> values) => Math.Log(values[0]);

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream / context.Inputs[0]];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Natural logarithm, element by element; −∞ at 0 and NaN below. Integers give Float32.</summary>
        public Tensor Log() => Elementwise.Unary(new Log(), this, floating: true);
    }
}
