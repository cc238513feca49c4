using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Sums of all elements up to each along an axis, from the end if <c>Reverse</c>. Float32 accumulates in Float64,
    /// half types in Float32.</summary>
    public sealed record CumSum(int Axis, bool Reverse) : Op<CumSum>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "CumSum",
            Formula = "y[i] = Σ x[j] over j ≤ i (j ≥ i if reverse)",
            DTypes = DTypes.All,
            Samples = Samples.Scan((x, axis, reverse) => x.CumSum(axis, reverse)),
            Refusals = [Samples.BadAxis(x => x.CumSum(2))],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Full;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0];

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [new CumSum(Axis, !Reverse).Apply(context.Upstream)];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => new CumSum(Axis + 1, Reverse).Apply(inputs[0]);
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Sums of all elements up to each along an axis. Bool and integers give Int64.</summary>
        /// <param name="axis">Along which axis.</param>
        /// <param name="reverse">Sum from the end.</param>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public Tensor CumSum(int axis, bool reverse = false)
        {
            axis = Shape.Axis(axis, "CumSum");
            var x = DType.IsFloating() ? this : To(DType.Int64);
            return Rank == 0 ? x : new CumSum(axis, reverse).Apply(x);
        }
    }
}
