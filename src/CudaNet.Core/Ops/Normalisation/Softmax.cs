using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>yᵢ = exp(xᵢ − max x) / Σⱼ exp(xⱼ − max x) along an axis. Half types compute in Float32.</summary>
    /// <remarks>A row of −∞ (everything masked) gives zeros and no gradient, where PyTorch gives NaN.</remarks>
    public sealed record Softmax(int Axis) : Composite<Softmax>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Softmax",
            Formula = "exp(xᵢ − max x) / Σⱼ exp(xⱼ − max x)",
            Samples = NormalisationSamples.AlongAxis((x, axis) => x.Softmax(axis)),
            Refusals = [Samples.BadAxis(x => x.Softmax(2))],
            ToleranceScale = 4, // exp of a difference, a sum and a division
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Full;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0];

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            var x = inputs[0].Widened();
            var (e, sum) = Exponentials(x, Axis);
            return (e / sum).To(inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [new SoftmaxGrad(Axis, false).Apply(context.Output, context.Upstream)];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => new Softmax(Axis + 1).Apply(inputs[0]);

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 5 * output.Shape.ElementCount;

        /// <summary>exp(x − max) and its sum, where a row of −∞ has max 0 and sum 1 so that nothing becomes NaN.</summary>
        private static (Tensor Exponentials, Tensor Sum) Exponentials(Tensor x, int axis)
        {
            var e = (x - Shift(x, axis)).Exp();
            var sum = e.Sum(axis, keepDims: true);
            return (e, sum.Eq(0).Where(1, sum));
        }

        /// <summary>The maximum along the axis, and 0 where that is −∞. Its gradient cancels, so none is taken.</summary>
        internal static Tensor Shift(Tensor x, int axis)
        {
            var max = x.Max(axis, keepDims: true).Detach();
            return max.Eq(double.NegativeInfinity).Where(0, max);
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Softmax along an axis: positive numbers that sum to 1. Integers give Float32.</summary>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public Tensor Softmax(int axis = -1)
        {
            var normalized = Shape.Axis(axis, "Softmax");
            var x = this.Floating();
            if (Rank == 0) return new Softmax(0).Apply(x.Reshape(1)).Reshape([]);
            return ElementCount == 0 ? x : new Softmax(normalized).Apply(x);
        }
    }
}
