using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>(x − μ)/√(σ² + ε)·γ + β over the last axes, as many as γ has (Ba, Kiros, Hinton 2016). Inputs: x, then γ,
    /// then β; the last ones may be missing.</summary>
    public sealed record LayerNorm(int NormalizedAxes, double Epsilon) : Composite<LayerNorm>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "LayerNorm",
            Formula = "(x − μ)/√(σ² + ε)·γ + β over the last axes",
            ToleranceScale = 8, // a difference of close numbers, divided by a root
            Samples =
            [
                Of("matrix", [3, 5], [5]), Of("one row", [1, 7], [7]), Of("vector", [9], [9]), Of("batch", [2, 3, 4], [4]), Of("two axes", [2, 3, 4], [3, 4]),
                Of("long row", [2, 1037], [1037]), Of("size 1", [3, 1], [1]), Of("no rows", [0, 3], [3]), Of("transposed", [4, 5], [5], SampleView.Transposed),
                Of("strided", [4, 5], [5], SampleView.Strided), Of("flipped", [4, 5], [5], SampleView.Flipped), Of("stretched", [4, 5], [5], SampleView.Stretched),
                new("without scale", [new([3, 5], Domain.Any)], x => x[0].LayerNorm()) { SumLength = 5 },
                new("scale only", [new([3, 5], Domain.Any), new([5], Domain.Any)], x => x[0].LayerNorm(x[1])) { SumLength = 5 },
                new("shift only", [new([3, 5], Domain.Any), new([5], Domain.Any)], x => x[0].LayerNorm(beta: x[1])) { SumLength = 5 },
            ],
            Refusals =
            [
                new("a scale of another size", () => Tensor.Zeros([2, 3]).LayerNorm(Tensor.Ones([2])), @"gamma is \[2\].*\[3\]"),
                new("a shift of another size", () => Tensor.Zeros([2, 3]).LayerNorm(Tensor.Ones([3]), Tensor.Ones([2])), @"beta is \[2\]"),
                new("a scalar", () => Tensor.Zeros([]).LayerNorm(), "at least one axis"),
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
            var y = x.Standardize(LastAxes(x.Rank, NormalizedAxes), Epsilon);
            if (inputs.Count > 1) y *= inputs[1].Widened();
            if (inputs.Count > 2) y += inputs[2].Widened();
            return y.To(inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => NormGrad.Of(context, LastAxes(context.Inputs[0].Rank, NormalizedAxes), Epsilon, centred: true);

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) =>
            batched[0] && !batched.Skip(1).Contains(true) ? Apply([.. inputs]) : Composites.Vmap(this, inputs, batched);

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 8 * output.Shape.ElementCount;

        /// <summary>The last axes of a rank.</summary>
        internal static Axes LastAxes(int rank, int count) => [.. Enumerable.Range(rank - count, count)];

        /// <summary>Brings a scale or shift to the type of x after checking that it has the shape of its last axes.</summary>
        internal static Tensor Affine(Tensor affine, string name, Tensor x, int axes, string operation)
        {
            var expected = x.Shape.Slice(x.Rank - axes, axes);
            return affine.Shape == expected
                ? affine.To(x.DType)
                : throw new ShapeException($"{operation}: {name} is {affine.Shape}, but the last {(axes == 1 ? "axis" : $"{axes} axes")} of x {x.Shape} {(axes == 1 ? "is" : "are")} {expected}. They must be equal.");
        }

        private static Sample Of(string name, Shape shape, Shape affine, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, Domain.Any, view), new(affine, Domain.Any), new(affine, Domain.Any)], x => x[0].LayerNorm(x[1], x[2])) { SumLength = affine.ElementCount };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Layer normalisation over the last axes, as many as gamma (or beta) has; over the last one without them.</summary>
        /// <param name="gamma">Scale, of the shape of the last axes; null for none.</param>
        /// <param name="beta">Shift, of that shape; null for none.</param>
        /// <param name="epsilon">Added to the variance.</param>
        /// <exception cref="ShapeException">gamma or beta has not the shape of the last axes.</exception>
        public Tensor LayerNorm(Tensor? gamma = null, Tensor? beta = null, double epsilon = 1e-5)
        {
            var axes = gamma?.Rank ?? beta?.Rank ?? 1;
            if (axes < 1 || Rank < axes)
                throw new ShapeException($"LayerNorm: x {Shape} needs at least one axis, and as many as gamma {gamma?.Shape.ToString() ?? "(none)"} has.");
            var x = this.Floating();
            if (gamma is not null) gamma = Ops.LayerNorm.Affine(gamma, "gamma", x, axes, "LayerNorm");
            if (beta is not null) beta = Ops.LayerNorm.Affine(beta, "beta", x, axes, "LayerNorm");
            if (ElementCount == 0) return x;
            if (beta is not null) gamma ??= beta.OnesLike();
            Tensor[] inputs = beta is not null ? [x, gamma!, beta] : gamma is not null ? [x, gamma] : [x];
            return new LayerNorm(axes, epsilon).Apply(inputs);
        }
    }
}
