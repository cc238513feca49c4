using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Product along axes. Half types multiply in Float32; Bool and integers give Int64.</summary>
    /// <remarks>The first derivative is exact with zeros among the elements; the second one takes which elements are zero as
    /// given, and so lacks the terms between two factors of which one is zero.</remarks>
    public sealed record Prod(Axes Axes) : Reduction<Prod>(Axes), IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Prod",
            Formula = "Π x along axes; 1 for no elements",
            DTypes = DTypes.All,
            Samples = Samples.Reduction((x, axes, keep) => x.Prod(axes, keep), new(0.9, 1.1)),
            Refusals = [Samples.BadAxis(x => x.Prod(2)), Samples.RepeatedAxis(x => x.Prod([0, -2]))],
        };

        /// <inheritdoc/>
        protected override DType ResultType(DType input) => input.IsFloating() ? input : DType.Int64;

        /// <inheritdoc/>
        protected override Prod Along(Axes axes) => new(axes);

        /// <inheritdoc/>
        public override Precision Precision => Precision.Full;

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            // y/x fails at zeros: with one zero only that element has a gradient, with two none has.
            var x = context.Inputs[0];
            var isZero = x.Eq(0);
            var factors = isZero.Where(1, x);
            var others = Apply(factors) / factors;
            var zeros = new Sum(Axes).Apply(isZero);
            return [context.Upstream * (zeros.Eq(0) | (zeros.Eq(1) & isZero)).Where(others, 0)];
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Product along axes (all of them if none is named). Bool and integers give Int64.</summary>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        public Tensor Prod(Axes? axes = null, bool keepDims = false) => this.Reduce(axes, keepDims, "Prod", a => new Prod(a));
    }
}
