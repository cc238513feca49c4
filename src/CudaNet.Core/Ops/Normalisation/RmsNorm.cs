using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>x/√(mean x² + ε)·γ over the last axes, as many as γ has (Zhang, Sennrich 2019). Inputs: x, then γ, which may
    /// be missing.</summary>
    public sealed record RmsNorm(int NormalizedAxes, double Epsilon) : Composite<RmsNorm>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "RmsNorm",
            Formula = "x/√(mean x² + ε)·γ over the last axes",
            ToleranceScale = 4, // a sum, a root and two products
            Samples =
            [
                Of("matrix", [3, 5], [5]), Of("vector", [9], [9]), Of("batch", [2, 3, 4], [4]), Of("two axes", [2, 3, 4], [3, 4]),
                Of("long row", [2, 1037], [1037]), Of("size 1", [3, 1], [1]), Of("no rows", [0, 3], [3]), Of("transposed", [4, 5], [5], SampleView.Transposed),
                Of("strided", [4, 5], [5], SampleView.Strided), Of("flipped", [4, 5], [5], SampleView.Flipped), Of("stretched", [4, 5], [5], SampleView.Stretched),
                new("without scale", [new([3, 5], Domain.Any)], x => x[0].RmsNorm()) { SumLength = 5 },
            ],
            Refusals =
            [
                new("a scale of another size", () => Tensor.Zeros([2, 3]).RmsNorm(Tensor.Ones([2])), @"gamma is \[2\].*\[3\]"),
                new("a scalar", () => Tensor.Zeros([]).RmsNorm(), "at least one axis"),
            ],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Full;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0];

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            var x = inputs[0].Widened();
            var y = x * ((x * x).Mean(Ops.LayerNorm.LastAxes(x.Rank, NormalizedAxes), keepDims: true) + Epsilon).Rsqrt();
            if (inputs.Count > 1) y *= inputs[1].Widened();
            return y.To(inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => NormGrad.Of(context, Ops.LayerNorm.LastAxes(context.Inputs[0].Rank, NormalizedAxes), Epsilon, centred: false);

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) =>
            batched[0] && !batched.Skip(1).Contains(true) ? Apply([.. inputs]) : Composites.Vmap(this, inputs, batched);

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 4 * output.Shape.ElementCount;

        private static Sample Of(string name, Shape shape, Shape affine, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, Domain.Any, view), new(affine, Domain.Any)], x => x[0].RmsNorm(x[1])) { SumLength = affine.ElementCount };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Normalisation by the root mean square over the last axes, as many as gamma has; over the last one without it.</summary>
        /// <param name="gamma">Scale, of the shape of the last axes; null for none.</param>
        /// <param name="epsilon">Added to the mean square.</param>
        /// <exception cref="ShapeException">gamma has not the shape of the last axes.</exception>
        public Tensor RmsNorm(Tensor? gamma = null, double epsilon = 1e-5)
        {
            var axes = gamma?.Rank ?? 1;
            if (axes < 1 || Rank < axes)
                throw new ShapeException($"RmsNorm: x {Shape} needs at least one axis, and as many as gamma {gamma?.Shape.ToString() ?? "(none)"} has.");
            var x = this.Floating();
            if (gamma is not null) gamma = Ops.LayerNorm.Affine(gamma, "gamma", x, axes, "RmsNorm");
            if (ElementCount == 0) return x;
            return gamma is null ? new RmsNorm(axes, epsilon).Apply(x) : new RmsNorm(axes, epsilon).Apply(x, gamma);
        }
    }
}
