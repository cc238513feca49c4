using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>a − b.</summary>
    public sealed record Sub : Elementwise<Sub>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Sub",
            Formula = "a − b",
            DTypes = DTypes.Numeric,
            Samples = Samples.Binary((a, b) => a - b),
            Refusals = [Samples.MismatchedShapes((a, b) => a - b), new("Bool", () => Tensor.Zeros([2], DType.Bool) - Tensor.Zeros([2], DType.Bool), "Sub: .*Bool.*Use \\^")],
        };

        /// <inheritdoc/>
        public override double? Fold(ReadOnlySpan<double> values) => values[0] - values[1];

        /// <inheritdoc/>
        public override Tensor? Simplify(IReadOnlyList<Tensor> inputs) =>
            inputs[1].IsLiteral(0) ? inputs[0] : null;

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream, -context.Upstream];

        /// <inheritdoc/>
        protected override DType ResultType(DType input) => input != DType.Bool
            ? input
            : throw new DTypeException("Sub: Bool has no difference. Use ^ for the exclusive or, or .To(DType.Int32) first.");
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Difference, element by element, with broadcasting and type promotion.</summary>
        /// <exception cref="DTypeException">Both are Bool.</exception>
        public static Tensor operator -(Tensor a, Tensor b) => Elementwise.Binary(new Sub(), a, b);

        /// <inheritdoc cref="op_Subtraction(Tensor, Tensor)"/>
        public static Tensor operator -(Tensor a, Scalar b) => Elementwise.Binary(new Sub(), a, b);

        /// <inheritdoc cref="op_Subtraction(Tensor, Tensor)"/>
        public static Tensor operator -(Scalar a, Tensor b) => Elementwise.Binary(new Sub(), a, b);
    }
}
