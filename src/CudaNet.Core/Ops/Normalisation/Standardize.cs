using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>(x − μ)/√(σ² + ε)·γ + β with mean and (biased) variance over axes: the common part of layer, batch, group and
    /// instance normalisation. Inputs: x, then γ, then β, of the rank of x with sizes that are 1 or those of x; the last ones may
    /// be missing. Half types compute in Float32.</summary>
    public sealed record Standardize(Axes Axes, double Epsilon) : Composite<Standardize>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Standardize",
            Formula = "(x − mean) / √(variance + ε)·γ + β over axes",
            ToleranceScale = 8, // a difference of close numbers, divided by a root
            Samples =
            [
                Of("last axis", [3, 5], -1), Of("first axis", [7, 3], 0), Of("batch of images", [4, 3, 2, 5], (int[])[0, 2, 3]), Of("all", [2, 9], (int[])[0, 1]),
                Of("long row", [2, 1037], 1), Of("size 1", [3, 1], 1), Of("no rows", [0, 3], 1), Of("transposed", [4, 5], 1, SampleView.Transposed),
                Of("strided", [4, 5], 1, SampleView.Strided), Of("flipped", [4, 5], 0, SampleView.Flipped), Of("stretched", [4, 5], 1, SampleView.Stretched),
                Affine("a scale of each element", [7, 5], 1, [1, 5]), Affine("images of a batch", [4, 3, 2, 9], (int[])[0, 2, 3], [1, 3, 1, 1]),
                Affine("groups of channels", [2, 2, 3, 21], (int[])[2, 3], [1, 2, 3, 1]), Affine("one scale", [3, 5], 1, [1, 1]),
                new("scale only", [new([3, 17], Domain.Any), new([1, 17], Domain.Any)], x => new Standardize(1, 1e-5).Apply(x[0], x[1])) { SumLength = 17 },
                new("constant rows", [new([2, 4], new(2, 2))], x => x[0].Standardize(1)) { Differentiable = false },
            ],
            Refusals =
            [
                Samples.BadAxis(x => x.Standardize(2)), Samples.RepeatedAxis(x => x.Standardize([0, -2])),
                new("a scale of another size", () => new Standardize(1, 0).Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([1, 2])), @"scale \[1, 2\].*\[2, 3\]"),
            ],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Full;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            foreach (var weights in inputs[1..]) NormGrad.CheckWeights(Name, inputs[0].Shape, weights.Shape);
            return inputs[0];
        }

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            var x = inputs[0].Widened();
            // A backend may have the statistics without scale and shift, which then go with what else is done to each element.
            var y = inputs.Count > 1 ? Apply(x) : NormGrad.Normalized(x, Axes, Epsilon, centred: true).Normalized;
            if (inputs.Count > 1) y *= inputs[1].Widened();
            if (inputs.Count > 2) y += inputs[2].Widened();
            return y.To(inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => NormGrad.Of(context, Axes, Epsilon, centred: true);

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => !batched[0] || batched.Skip(1).Contains(true)
            ? Composites.Vmap(this, inputs, batched)
            : new Standardize(Array.ConvertAll(Axes.Span.ToArray(), axis => axis + 1), Epsilon).Apply([inputs[0], .. inputs.Skip(1).Select(weights => weights.Reshape(weights.Shape.Insert(0, 1)))]);

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 8 * output.Shape.ElementCount;

        private static Sample Of(string name, Shape shape, Axes axes, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, Domain.Any, view)], x => x[0].Standardize(axes)) { SumLength = Math.Max(1, shape.ElementCount) };

        private static Sample Affine(string name, Shape shape, Axes axes, Shape weights) =>
            new(name, [new(shape, Domain.Any), new(weights, Domain.Any), new(weights, Domain.Any)], x => new Standardize(axes, 1e-5).Apply(x[0], x[1], x[2])) { SumLength = shape.ElementCount };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>(x − μ)/√(σ² + ε) with mean and biased variance over axes. Integers give Float32.</summary>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        public Tensor Standardize(Axes axes, double epsilon = 1e-5) => Standardize(axes, epsilon, null, null);

        /// <summary>Also scaled and shifted by weights of this rank, whose sizes are 1 or those of this.</summary>
        private Tensor Standardize(Axes axes, double epsilon, Tensor? gamma, Tensor? beta)
        {
            var normalized = axes.Normalize(Shape, "Standardize");
            var x = this.Floating();
            if (ElementCount == 0) return x;
            if (beta is not null) gamma ??= beta.OnesLike();
            Tensor[] inputs = beta is not null ? [x, gamma!, beta] : gamma is not null ? [x, gamma] : [x];
            return new Standardize(normalized, epsilon).Apply(inputs);
        }
    }
}
