using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Stretches axes of size 1 and puts new axes in front.</summary>
    public sealed record Expand(Shape Target) : ViewOp<Expand>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Expand",
            Formula = "x broadcast to a shape",
            DTypes = DTypes.All,
            Samples =
            [
                new("row", [new([5], Domain.Any)], x => x[0].ExpandTo([3, 5])),
                new("column", [new([3, 1], Domain.Any)], x => x[0].ExpandTo([2, 3, 4])),
                new("scalar", [new([], Domain.Any)], x => x[0].ExpandTo([2, 2])),
                new("to empty", [new([1, 3], Domain.Any)], x => x[0].ExpandTo([0, 3])),
                new("of a view", [new([3, 1], Domain.Any, SampleView.Flipped)], x => x[0].ExpandTo([3, 4])),
            ],
            Refusals = [new("a size that is not 1", () => Tensor.Zeros([2, 3]).ExpandTo([4, 3]), @"Expand: \[2, 3\] does not broadcast to \[4, 3\]")],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0].Shape.BroadcastsTo(Target)
            ? new(Target, inputs[0].DType)
            : throw new ShapeException($"Expand: {inputs[0].Shape} does not broadcast to {Target}. Only axes of size 1 stretch, aligned from the end.");

        /// <inheritdoc/>
        public override Layout View(Layout input) => input.Expand(Target);

        /// <inheritdoc/>
        public override Tensor? Simplify(IReadOnlyList<Tensor> inputs) =>
            inputs[0].Shape == Target ? inputs[0]
            : inputs[0].Node is { IsRealized: false, Op: Expand } inner ? Apply(new Tensor(inner.Inputs[0]))
            : null;

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream.SumTo(context.Inputs[0].Shape)];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
        {
            // New axes go between the batch axis and the old ones.
            var x = inputs[0];
            var padded = x.Shape.Slice(0, 1).Concat([.. Enumerable.Repeat(1L, Target.Rank - (x.Rank - 1)), .. x.Shape.Span[1..]]);
            return x.Reshape(padded).ExpandTo(Target.Insert(0, x.Shape[0]));
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>A view of this tensor broadcast to a shape; no data is copied.</summary>
        /// <exception cref="ShapeException">An axis that would have to stretch is not of size 1.</exception>
        public Tensor ExpandTo(Shape shape) => shape == Shape ? this : new Expand(shape).Apply(this);

        /// <summary>The sum over the axes that a broadcast from <paramref name="shape"/> to this shape stretched.</summary>
        internal Tensor SumTo(Shape shape)
        {
            if (shape == Shape) return this;
            var lead = Rank - shape.Rank;
            int[] axes = [.. Enumerable.Range(0, Rank).Where(k => k < lead || (shape[k - lead] == 1 && Shape[k] != 1))];
            return Sum(axes, keepDims: true).Reshape(shape);
        }
    }
}
