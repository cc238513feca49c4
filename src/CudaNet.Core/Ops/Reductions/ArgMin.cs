namespace CudaNet.Ops
{
    /// <summary>Where the smallest element along axes is, counted in row-major order over the folded axes, as Int64: the first of
    /// equal ones; the first NaN if there is one.</summary>
    public sealed record ArgMin(Axes Axes) : ArgReduction<ArgMin>(Axes), IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "ArgMin",
            Formula = "position of the smallest x along an axis",
            DTypes = DTypes.All,
            GradientOrder = 0,
            Samples =
            [
                .. Samples.Reduction((x, axes, keep) => new ArgMin((axes ?? Axes.All(x.Rank)).Normalize(x.Shape, "ArgMin")).Apply(x), Domain.Different, empty: false, differentiable: false),
                new("one axis", [new([3, 7], Domain.Different)], x => x[0].ArgMin(-1)),
                new("all", [new([3, 7], Domain.Different)], x => x[0].ArgMin()),
                new("ties", [new([4, 9], Domain.Integers(0, 2))], x => x[0].ArgMin(1)),
                new("ties along columns", [new([9, 4], Domain.Integers(0, 2))], x => x[0].ArgMin(0, keepDims: true)),
            ],
            Refusals =
            [
                new("an axis out of range", () => Tensor.Zeros([2, 3]).ArgMin(2), @"axis 2 is out of range for \[2, 3\]"),
                new("nothing to choose from", () => Tensor.Zeros([3, 0]).ArgMin(1), @"ArgMin: axis 1 of \[3, 0\] is empty"),
            ],
        };

        /// <inheritdoc/>
        protected override ArgMin Along(Axes axes) => new(axes);
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Index of the smallest element along an axis (over all elements in row-major order if none is named), as Int64: the
        /// first of equal ones; a NaN counts as smallest.</summary>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        /// <exception cref="ShapeException">There is no element to choose from.</exception>
        public Tensor ArgMin(int? axis = null, bool keepDims = false) =>
            this.Reduce(axis is { } one ? one : (Axes?)null, keepDims, "ArgMin", a => new ArgMin(a));
    }
}
