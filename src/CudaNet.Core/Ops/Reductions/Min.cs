using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Smallest element along axes; NaN if there is one. The gradient goes to the first of equal elements.</summary>
    public sealed record Min(Axes Axes) : Reduction<Min>(Axes), IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Min",
            Formula = "smallest x along axes",
            DTypes = DTypes.All,
            GradientOrder = 1,
            Samples =
            [
                .. Samples.Reduction((x, axes, keep) => x.Min(axes, keep), Domain.Different, empty: false),
                new("ties", [new([4, 9], Domain.Integers(0, 2))], x => x[0].Min(1)) { Differentiable = false },
            ],
            Refusals =
            [
                Samples.BadAxis(x => x.Min(2)), Samples.RepeatedAxis(x => x.Min([0, -2])),
                new("nothing to choose from", () => Tensor.Zeros([3, 0]).Min(1), @"Min: axis 1 of \[3, 0\] is empty"),
                new("an empty tensor", () => Tensor.Zeros([0]).Min(), @"Min: .*\[0\].*empty"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            // Bool has a least value, so all and any over nothing have an answer.
            if (inputs[0].DType != DType.Bool) Reductions.RefuseEmpty(inputs[0].Shape, Axes, "Min");
            return base.Infer(inputs);
        }

        /// <inheritdoc/>
        protected override Min Along(Axes axes) => new(axes);

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
            [Reductions.Chosen(context.Inputs[0], Axes, new ArgMin(Axes)).Where(context.Upstream, 0)];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Smallest element along axes (all of them if none is named); NaN if there is one among them.</summary>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        /// <exception cref="ShapeException">There is no element to choose from.</exception>
        public Tensor Min(Axes? axes = null, bool keepDims = false) => this.Reduce(axes, keepDims, "Min", a => new Min(a));
    }
}
