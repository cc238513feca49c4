using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>(x − μ)/√(σ² + ε) with mean and (biased) variance over axes: the common part of layer, batch, group and
    /// instance normalisation. Half types take statistics in Float32.</summary>
    public sealed record Standardize(Axes Axes, double Epsilon) : Composite<Standardize>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Standardize",
            Formula = "(x − mean) / √(variance + ε) over axes",
            ToleranceScale = 8, // a difference of close numbers, divided by a root
            Samples =
            [
                Of("last axis", [3, 5], -1), Of("first axis", [7, 3], 0), Of("batch of images", [4, 3, 2, 5], (int[])[0, 2, 3]), Of("all", [2, 9], (int[])[0, 1]),
                Of("long row", [2, 1037], 1), Of("size 1", [3, 1], 1), Of("no rows", [0, 3], 1), Of("transposed", [4, 5], 1, SampleView.Transposed),
                Of("strided", [4, 5], 1, SampleView.Strided), Of("flipped", [4, 5], 0, SampleView.Flipped), Of("stretched", [4, 5], 1, SampleView.Stretched),
                new("constant rows", [new([2, 4], new(2, 2))], x => x[0].Standardize(1)) { Differentiable = false },
            ],
            Refusals = [Samples.BadAxis(x => x.Standardize(2)), Samples.RepeatedAxis(x => x.Standardize([0, -2]))],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Full;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0];

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            var x = inputs[0].Widened();
            var centred = x - x.Mean(Axes, keepDims: true);
            return (centred * ((centred * centred).Mean(Axes, keepDims: true) + Epsilon).Rsqrt()).To(inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var (x, y, g) = (context.Inputs[0].Widened(), context.Output.Widened(), context.Upstream.Widened());
            var centred = x - x.Mean(Axes, keepDims: true);
            var scale = ((centred * centred).Mean(Axes, keepDims: true) + Epsilon).Rsqrt();
            var gradient = scale * (g - g.Mean(Axes, keepDims: true) - y * (g * y).Mean(Axes, keepDims: true));
            return [gradient.To(context.Inputs[0].DType)];
        }

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) =>
            new Standardize(Array.ConvertAll(Axes.Span.ToArray(), axis => axis + 1), Epsilon).Apply(inputs[0]);

        private static Sample Of(string name, Shape shape, Axes axes, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, Domain.Any, view)], x => x[0].Standardize(axes)) { SumLength = Math.Max(1, shape.ElementCount) };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>(x − μ)/√(σ² + ε) with mean and biased variance over axes. Integers give Float32.</summary>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        public Tensor Standardize(Axes axes, double epsilon = 1e-5)
        {
            var normalized = axes.Normalize(Shape, "Standardize");
            var x = this.Floating();
            return ElementCount == 0 ? x : new Standardize(normalized, epsilon).Apply(x);
        }
    }
}
