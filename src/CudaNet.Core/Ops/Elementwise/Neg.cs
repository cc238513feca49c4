using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>−x; unsigned integers wrap.</summary>
    public sealed record Neg : Elementwise<Neg>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Neg",
            Formula = "−x",
            DTypes = DTypes.Numeric,
            Samples = Samples.Unary(x => -x),
            Refusals = [new("Bool", () => -Tensor.Zeros([2], DType.Bool), "Neg: .*Bool.*Use !")],
        };

        /// <inheritdoc/>
        public override double? Fold(ReadOnlySpan<double> values) => -values[0];

        /// <inheritdoc/>
        public override Tensor? Simplify(IReadOnlyList<Tensor> inputs) =>
            inputs[0].Node is { IsRealized: false, Op: Neg } inner ? new Tensor(inner.Inputs[0]) : null;

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [-context.Upstream];

        /// <inheritdoc/>
        protected override DType ResultType(DType input) => input != DType.Bool
            ? input
            : throw new DTypeException("Neg: Bool has no negative. Use ! for the logical not, or .To(DType.Int32) first.");
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>−x, element by element.</summary>
        /// <exception cref="DTypeException">The tensor is Bool.</exception>
        public static Tensor operator -(Tensor x) => new Neg().Apply(x);
    }
}
