using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Positions of the elements of an axis in sorted order, Int64. Equal elements keep their order; NaN counts as the
    /// greatest, so it comes last, and first when descending, as in PyTorch.</summary>
    public sealed record ArgSort(int Axis, bool Descending) : Op<ArgSort>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "ArgSort",
            Formula = "x[…, y[…, 0]…] ≤ x[…, y[…, 1]…] ≤ …",
            DTypes = DTypes.All,
            GradientOrder = 0,
            Samples = Samples.Sorting((x, axis, descending) => x.ArgSort(axis, descending)),
            Refusals = [Samples.BadAxis(x => x.ArgSort(2))],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => new(inputs[0].Shape, DType.Int64);

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [null];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => new ArgSort(Axis + 1, Descending).Apply(inputs[0]);
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Positions of the elements of an axis in sorted order, as Int64. Equal elements keep their order; NaN counts as
        /// the greatest.</summary>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public Tensor ArgSort(int axis = -1, bool descending = false)
        {
            axis = Shape.Axis(axis, "ArgSort");
            return Rank == 0 ? Zeros(Shape, DType.Int64, Device) : new ArgSort(axis, descending).Apply(this);
        }
    }
}
