using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>a + b; for Bool the logical or.</summary>
    public sealed record Add : Elementwise<Add>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Add",
            Formula = "a + b",
            DTypes = DTypes.All,
            Samples = Samples.Binary((a, b) => a + b),
            Refusals = [Samples.MismatchedShapes((a, b) => a + b)],
        };

        /// <inheritdoc/>
        public override double? Fold(ReadOnlySpan<double> values) => values[0] + values[1];

        /// <inheritdoc/>
        public override Tensor? Simplify(IReadOnlyList<Tensor> inputs) =>
            inputs[1].IsLiteral(0) ? inputs[0] : inputs[0].IsLiteral(0) ? inputs[1] : null;

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream, context.Upstream];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Sum, element by element, with broadcasting and type promotion.</summary>
        public static Tensor operator +(Tensor a, Tensor b) => Elementwise.Binary(new Add(), a, b);

        /// <inheritdoc cref="op_Addition(Tensor, Tensor)"/>
        public static Tensor operator +(Tensor a, Scalar b) => Elementwise.Binary(new Add(), a, b);

        /// <inheritdoc cref="op_Addition(Tensor, Tensor)"/>
        public static Tensor operator +(Scalar a, Tensor b) => Elementwise.Binary(new Add(), a, b);
    }
}
