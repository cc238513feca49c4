namespace CudaNet.Ops
{
    /// <summary>Where the largest element along axes is, counted in row-major order over the folded axes, as Int64: the first of
    /// equal ones; the first NaN if there is one.</summary>
    public sealed record ArgMax(Axes Axes) : ArgReduction<ArgMax>(Axes), IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "ArgMax",
            Formula = "position of the largest x along an axis",
            DTypes = DTypes.All,
            GradientOrder = 0,
            Samples =
            [
                .. Samples.Reduction((x, axes, keep) => new ArgMax((axes ?? Axes.All(x.Rank)).Normalize(x.Shape, "ArgMax")).Apply(x), Domain.Different, empty: false, differentiable: false),
                new("one axis", [new([3, 7], Domain.Different)], x => x[0].ArgMax(-1)),
                new("all", [new([3, 7], Domain.Different)], x => x[0].ArgMax()),
                new("ties", [new([4, 9], Domain.Integers(0, 2))], x => x[0].ArgMax(1)),
                new("ties along columns", [new([9, 4], Domain.Integers(0, 2))], x => x[0].ArgMax(0, keepDims: true)),
            ],
            Refusals =
            [
                new("an axis out of range", () => Tensor.Zeros([2, 3]).ArgMax(2), @"axis 2 is out of range for \[2, 3\]"),
                new("nothing to choose from", () => Tensor.Zeros([3, 0]).ArgMax(1), @"ArgMax: axis 1 of \[3, 0\] is empty"),
            ],
        };

        /// <inheritdoc/>
        protected override ArgMax Along(Axes axes) => new(axes);
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Index of the largest element along an axis (over all elements in row-major order if none is named), as Int64: the
        /// first of equal ones; a NaN counts as largest.</summary>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        /// <exception cref="ShapeException">There is no element to choose from.</exception>
        public Tensor ArgMax(int? axis = null, bool keepDims = false) =>
            this.Reduce(axis is { } one ? one : (Axes?)null, keepDims, "ArgMax", a => new ArgMax(a));
    }
}
