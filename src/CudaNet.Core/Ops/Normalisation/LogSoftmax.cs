using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>yᵢ = xᵢ − log Σⱼ exp(xⱼ) along an axis, without overflow. Half types compute in Float32.</summary>
    public sealed record LogSoftmax(int Axis) : Composite<LogSoftmax>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "LogSoftmax",
            Formula = "xᵢ − max x − log Σⱼ exp(xⱼ − max x)",
            Samples = NormalisationSamples.AlongAxis((x, axis) => x.LogSoftmax(axis)),
            Refusals = [Samples.BadAxis(x => x.LogSoftmax(2))],
            ToleranceScale = 4, // exp, a sum and log
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Full;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0];

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            var x = inputs[0].Widened();
            var shifted = x - Ops.Softmax.Shift(x, Axis);
            var sum = shifted.Exp().Sum(Axis, keepDims: true);
            return (shifted - sum.Eq(0).Where(1, sum).Log()).To(inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [new SoftmaxGrad(Axis, true).Apply(context.Output, context.Upstream)];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => new LogSoftmax(Axis + 1).Apply(inputs[0]);

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 5 * output.Shape.ElementCount;
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Logarithm of the softmax along an axis, accurate where the softmax itself is 0. Integers give Float32.</summary>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public Tensor LogSoftmax(int axis = -1)
        {
            var normalized = Shape.Axis(axis, "LogSoftmax");
            var x = this.Floating();
            if (Rank == 0) return new LogSoftmax(0).Apply(x.Reshape(1)).Reshape([]);
            return ElementCount == 0 ? x : new LogSoftmax(normalized).Apply(x);
        }
    }
}
