using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Sum along axes. Half types accumulate in Float32; Bool and integers give Int64.</summary>
    public sealed record Sum(Axes Axes) : Reduction<Sum>(Axes), IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Sum",
            Formula = "Σ x along axes; 0 for no elements",
            DTypes = DTypes.All,
            Samples = Samples.Reduction((x, axes, keep) => x.Sum(axes, keep)),
            Refusals = [Samples.BadAxis(x => x.Sum(2)), Samples.RepeatedAxis(x => x.Sum([0, -2]))],
        };

        /// <inheritdoc/>
        protected override DType ResultType(DType input) => input.IsFloating() ? input : DType.Int64;

        /// <inheritdoc/>
        protected override Sum Along(Axes axes) => new(axes);

        /// <inheritdoc/>
        public override Precision Precision => Precision.Full;

        /// <inheritdoc/>
        public override Tensor? Simplify(IReadOnlyList<Tensor> inputs)
        {
            var x = inputs[0];
            long count = 1;
            foreach (var axis in Axes) count *= x.Shape[axis];
            if (count == 1) return x.To(ResultType(x.DType));
            // A sum of what a broadcast repeated is a product.
            if (x.Node is not { IsRealized: false, Op: Expand } expand || !x.DType.IsFloating()) return null;
            var source = new Tensor(expand.Inputs[0]);
            var aligned = source.Shape;
            while (aligned.Rank < x.Rank) aligned = aligned.Insert(0, 1);
            foreach (var axis in Axes)
                if (aligned[axis] != 1) return null;
            return source.Reshape(aligned).ExpandTo(Infer([x.Node.Type]).Shape) * (double)count;
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream.ExpandTo(context.Inputs[0].Shape)];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Sum along axes (all of them if none is named). Bool and integers give Int64.</summary>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        public Tensor Sum(Axes? axes = null, bool keepDims = false) => this.Reduce(axes, keepDims, "Sum", a => new Sum(a));
    }
}
