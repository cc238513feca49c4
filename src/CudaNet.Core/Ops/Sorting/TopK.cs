using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Positions of the K greatest (or smallest) elements of an axis, in sorted order, Int64. Of equal elements the
    /// first come first; NaN counts as the greatest.</summary>
    public sealed record TopK(int Axis, long K, bool Largest) : Op<TopK>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "TopK",
            Formula = "the first k of the sorted elements",
            DTypes = DTypes.All,
            Samples =
            [
                .. Samples.Sorting((x, axis, descending) => x.TopK(Math.Min(2, x.Rank == 0 ? 1 : x.Shape[axis]), axis, descending).Values),
                new("positions", [new([3, 7], Domain.Different)], x => x[0].TopK(3).Indices) { Differentiable = false },
                new("positions of equal ones", [new([3, 99], Domain.Integers(0, 3))], x => x[0].TopK(20).Indices) { Differentiable = false },
                new("all", [new([7], Domain.Different)], x => x[0].TopK(7).Values), new("none", [new([7], Domain.Different)], x => x[0].TopK(0).Values),
                new("few of many", [new([2, 1037], Domain.Different)], x => x[0].TopK(5, largest: false).Values),
            ],
            Refusals =
            [
                Samples.BadAxis(x => x.TopK(1, 2).Values), new("more than there are", () => Tensor.Zeros([2, 3]).TopK(4).Values, @"TopK: 4 of axis 1 of \[2, 3\], which has 3"),
                new("a negative number", () => Tensor.Zeros([2, 3]).TopK(-1).Values, "TopK: -1"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => K >= 0 && K <= inputs[0].Shape[Axis]
            ? new(inputs[0].Shape.With(Axis, K), DType.Int64)
            : throw new ShapeException($"TopK: {K} of axis {Axis} of {inputs[0].Shape}, which has {inputs[0].Shape[Axis]} elements.");

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [null];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => new TopK(Axis + 1, K, Largest).Apply(inputs[0]);
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>The k greatest (or smallest) elements of an axis in sorted order, and their positions. Of equal elements the first
        /// come first; NaN counts as the greatest.</summary>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        /// <exception cref="ShapeException">k is negative or more than the axis has.</exception>
        public (Tensor Values, Tensor Indices) TopK(long k, int axis = -1, bool largest = true)
        {
            axis = Shape.Axis(axis, "TopK");
            if (Rank > 0)
            {
                var places = new TopK(axis, k, largest).Apply(this);
                return (Gather(places, axis), places);
            }
            if (k != 1) throw new ShapeException($"TopK: {k} of a scalar, which has one element.");
            return (this, Zeros(Shape, DType.Int64, Device));
        }
    }
}
