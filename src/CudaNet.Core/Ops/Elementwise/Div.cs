using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>a / b, the true quotient: integers give Float32.</summary>
    public sealed record Div : Elementwise<Div>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Div",
            Formula = "a / b",
            Samples = Samples.Binary((a, b) => a / b, Domain.Any, Domain.NonZero),
            Refusals = [Samples.MismatchedShapes((a, b) => a / b)],
        };

        /// <inheritdoc/>
        public override double? Fold(ReadOnlySpan<double> values) => values[0] / values[1];

        /// <inheritdoc/>
        public override Tensor? Simplify(IReadOnlyList<Tensor> inputs) =>
            inputs[1].IsLiteral(1) ? inputs[0] : null;

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
        [
            context.Needs[0] ? context.Upstream / context.Inputs[1] : null,
            context.Needs[1] ? -context.Upstream * context.Output / context.Inputs[1] : null,
        ];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>True quotient, element by element, with broadcasting and type promotion: integers give Float32.</summary>
        public static Tensor operator /(Tensor a, Tensor b) => Elementwise.Binary(new Div(), a, b, floating: true);

        /// <inheritdoc cref="op_Division(Tensor, Tensor)"/>
        public static Tensor operator /(Tensor a, Scalar b) => Elementwise.Binary(new Div(), a, b, floating: true);

        /// <inheritdoc cref="op_Division(Tensor, Tensor)"/>
        public static Tensor operator /(Scalar a, Tensor b) => Elementwise.Binary(new Div(), a, b, floating: true);
    }
}
