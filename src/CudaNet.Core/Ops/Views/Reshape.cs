using System.Runtime.CompilerServices;
using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>The same elements in row-major order under another shape.</summary>
    public sealed record Reshape(Shape Target) : ViewOp<Reshape>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Reshape",
            Formula = "the same elements, in row-major order, under another shape",
            DTypes = DTypes.All,
            Samples =
            [
                new("join", [new([2, 3, 4], Domain.Any)], x => x[0].Reshape([6, 4])),
                new("split", [new([12], Domain.Any)], x => x[0].Reshape([3, 4])),
                new("one size left open", [new([2, 3, 4], Domain.Any)], x => x[0].Reshape(2, -1)),
                new("to scalar", [new([1, 1], Domain.Any)], x => x[0].Reshape([])),
                new("empty", [new([0, 3], Domain.Any)], x => x[0].Reshape([3, 0])),
                new("of a transposed view, which needs a copy", [new([4, 6], Domain.Any, SampleView.Transposed)], x => x[0].Reshape([8, 3])),
                new("of a flipped view", [new([4, 6], Domain.Any, SampleView.Flipped)], x => x[0].Reshape([24])),
                new("of a stretched view", [new([4, 6], Domain.Any, SampleView.Stretched)], x => x[0].Reshape([4, 2, 3])),
            ],
            Refusals =
            [
                new("another number of elements", () => Tensor.Zeros([2, 3]).Reshape([4, 2]), @"Reshape: \[2, 3\] has 6 elements and \[4, 2\] has 8"),
                new("two open sizes", () => Tensor.Zeros([2, 3]).Reshape(-1, -1), "only one size may be -1"),
                new("an open size that does not divide", () => Tensor.Zeros([2, 3]).Reshape(4, -1), "6 elements"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0].Shape.ElementCount == Target.ElementCount
            ? new(Target, inputs[0].DType)
            : throw new ShapeException($"Reshape: {inputs[0].Shape} has {inputs[0].Shape.ElementCount} elements and {Target} has {Target.ElementCount}. The counts must be equal.");

        /// <inheritdoc/>
        public override Layout? View(Layout input) => input.TryReshape(Target);

        /// <inheritdoc/>
        public override Tensor? Simplify(IReadOnlyList<Tensor> inputs) =>
            inputs[0].Shape == Target ? inputs[0]
            : inputs[0].Node is { IsRealized: false, Op: Reshape } inner ? Apply(new Tensor(inner.Inputs[0]))
            : CudaNet.Graphs.Simplify.LiteralOf(inputs[0].Node) is { } literal ? Tensor.Literal(literal.Value, literal.Type).ExpandTo(Target)
            : null;

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [context.Upstream.Reshape(context.Inputs[0].Shape)];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) =>
            inputs[0].Reshape(Target.Insert(0, inputs[0].Shape[0]));
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>The same elements under another shape; a view where the layout allows it, else a copy.</summary>
        /// <exception cref="ShapeException">The counts of elements differ.</exception>
        public Tensor Reshape(Shape shape) => shape == Shape ? this : new Reshape(shape).Apply(this);

        /// <summary>As <see cref="Reshape(Shape)"/>, where one size may be −1: it takes what is left.</summary>
        /// <exception cref="ShapeException">The counts of elements differ, or more than one size is −1.</exception>
        [OverloadResolutionPriority(1)] // so that Reshape([2, -1]) comes here
        public Tensor Reshape(params ReadOnlySpan<long> sizes)
        {
            var open = sizes.IndexOf(-1);
            if (open < 0) return Reshape(new Shape(sizes));
            if (sizes[(open + 1)..].Contains(-1)) throw new ShapeException($"Reshape: only one size may be -1, in [{string.Join(", ", sizes.ToArray())}].");
            long known = 1;
            for (var k = 0; k < sizes.Length; k++) if (k != open) known *= sizes[k];
            var count = Shape.ElementCount;
            if (known <= 0 || count % known != 0)
                throw new ShapeException($"Reshape: {Shape} has {count} elements, which [{string.Join(", ", sizes.ToArray())}] cannot hold: the known sizes multiply to {known}.");
            var filled = sizes.ToArray();
            filled[open] = count / known;
            return Reshape(new Shape(filled));
        }
    }
}
