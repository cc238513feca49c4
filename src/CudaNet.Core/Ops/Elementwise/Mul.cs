using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>a · b; for Bool the logical and.</summary>
    public sealed record Mul : Elementwise<Mul>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Mul",
            Formula = "a · b",
            DTypes = DTypes.All,
            Samples = Samples.Binary((a, b) => a * b),
            Refusals = [Samples.MismatchedShapes((a, b) => a * b)],
        };

        /// <inheritdoc/>
        public override double? Fold(ReadOnlySpan<double> values) => values[0] * values[1];

        /// <inheritdoc/>
        public override Tensor? Simplify(IReadOnlyList<Tensor> inputs) =>
            inputs[1].IsLiteral(1) ? inputs[0] : inputs[0].IsLiteral(1) ? inputs[1] : null;

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
            [context.Upstream * context.Inputs[1], context.Upstream * context.Inputs[0]];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Product, element by element, with broadcasting and type promotion.</summary>
        public static Tensor operator *(Tensor a, Tensor b) => Elementwise.Binary(new Mul(), a, b);

        /// <inheritdoc cref="op_Multiply(Tensor, Tensor)"/>
        public static Tensor operator *(Tensor a, Scalar b) => Elementwise.Binary(new Mul(), a, b);

        /// <inheritdoc cref="op_Multiply(Tensor, Tensor)"/>
        public static Tensor operator *(Scalar a, Tensor b) => Elementwise.Binary(new Mul(), a, b);
    }
}
