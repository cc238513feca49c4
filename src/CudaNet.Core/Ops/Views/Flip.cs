using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Axes read backwards.</summary>
    public sealed record Flip(Axes Axes) : ViewOp<Flip>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Flip",
            Formula = "y[…, i, …] = x[…, n − 1 − i, …]",
            DTypes = DTypes.All,
            Samples =
            [
                new("vector", [new([7], Domain.Any)], x => x[0].Flip(0)),
                new("last axis", [new([3, 5], Domain.Any)], x => x[0].Flip(-1)),
                new("both axes", [new([3, 5], Domain.Any)], x => x[0].Flip([0, 1])),
                new("all axes", [new([2, 3, 4], Domain.Any)], x => x[0].Flip()),
                new("empty", [new([0, 3], Domain.Any)], x => x[0].Flip(0)),
                new("one", [new([1], Domain.Any)], x => x[0].Flip(0)),
                new("scalar", [new([], Domain.Any)], x => x[0].Flip()),
                new("of a strided view", [new([3, 5], Domain.Any, SampleView.Strided)], x => x[0].Flip(1)),
                new("of a flipped view", [new([3, 5], Domain.Any, SampleView.Flipped)], x => x[0].Flip(1)),
            ],
            Refusals = [Samples.BadAxis(x => x.Flip(2)), Samples.RepeatedAxis(x => x.Flip([0, 0]))],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0];

        /// <inheritdoc/>
        public override Layout View(Layout input)
        {
            foreach (var axis in Axes) input = input.Flip(axis);
            return input;
        }

        /// <inheritdoc/>
        public override Tensor? Simplify(IReadOnlyList<Tensor> inputs) =>
            inputs[0].Node is { IsRealized: false, Op: Flip inner } node && inner.Axes == Axes ? new(node.Inputs[0]) : null;

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [Apply(context.Upstream)];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) =>
            new Flip(Array.ConvertAll(Axes.Span.ToArray(), axis => axis + 1)).Apply(inputs[0]);
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>A view with axes read backwards (all of them if none is named).</summary>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        public Tensor Flip(Axes? axes = null)
        {
            var normalized = axes?.Normalize(Shape, "Flip") ?? Axes.All(Rank);
            return normalized.Count == 0 ? this : new Flip(normalized).Apply(this);
        }
    }
}
