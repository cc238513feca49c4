using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>h[i] = a[i]·h[i − 1] + b[i] along an axis, beginning with 0; from the end if <c>Reverse</c>. Inputs: a, b. Float32
    /// accumulates in Float64, half types in Float32. What running products, decaying sums and linear state spaces are made of.</summary>
    public sealed record LinearRecurrence(int Axis, bool Reverse) : Op<LinearRecurrence>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "LinearRecurrence",
            Formula = "h[i] = a[i]·h[i − 1] + b[i], h[−1] = 0",
            Samples =
            [
                Of("vector", [7], 0), Of("backwards", [7], 0, true), Of("last axis", [3, 5], 1), Of("first axis", [5, 3], 0), Of("middle axis, backwards", [2, 5, 3], 1, true), Of("one", [3, 1], 1), Of("none", [3, 0], 1),
                Of("wide", [4, 131], 0), Of("of a transposed view", [4, 5], 0, view: SampleView.Transposed), Of("of a stretched view", [4, 5], 0, view: SampleView.Stretched),
                new("scalar decay", [new([], new(-0.9, 0.9)), new([3, 5], Domain.Any)], x => Tensor.LinearRecurrence(x[0], x[1], 1)) { SumLength = 5 },
            ],
            Refusals = [Samples.MismatchedShapes((a, b) => Tensor.LinearRecurrence(a, b, 0)), Samples.BadAxis(x => Tensor.LinearRecurrence(x, x, 2))],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0] == inputs[1]
            ? inputs[0]
            : throw new ShapeException($"LinearRecurrence: {inputs[0]} and {inputs[1]} differ. The Tensor method broadcasts and promotes.");

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            // s[i] = g[i] + a[i + 1]·s[i + 1] is the gradient of all that comes after; then ∂b = s and ∂a[i] = s[i]·h[i − 1].
            if (context.Output.ElementCount == 0) return [context.Inputs[0].ZerosLike(), context.Inputs[1].ZerosLike()];
            var sums = new LinearRecurrence(Axis, !Reverse).Apply(Shifted(context.Inputs[0], !Reverse), context.Upstream);
            return [context.Needs[0] ? sums * Shifted(context.Output, Reverse) : null, sums];
        }

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => new LinearRecurrence(Axis + 1, Reverse).Apply(Indexing.Aligned(inputs, batched));

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 2 * output.Shape.ElementCount;

        /// <summary>Each element's neighbour along the axis (the next, or the one before), 0 at the end.</summary>
        private Tensor Shifted(Tensor x, bool next)
        {
            var (low, high) = (new long[x.Rank], new long[x.Rank]);
            (low[Axis], high[Axis]) = next ? (0, 1) : (1, 0);
            return x.Narrow(Axis, next ? 1 : 0, x.Shape[Axis] - 1).Pad(low, high);
        }

        private static Sample Of(string name, Shape shape, int axis, bool reverse = false, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, new(-1, 1), view), new(shape, Domain.Any, view)], x => Tensor.LinearRecurrence(x[0], x[1], axis, reverse)) { SumLength = Math.Max(1, shape[axis]) };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>h[i] = decay[i]·h[i − 1] + input[i] along an axis, beginning with 0. Both are broadcast and promoted.</summary>
        /// <param name="decay">What each element keeps of the one before.</param>
        /// <param name="input">What is added.</param>
        /// <param name="axis">Along which axis of the broadcast shape.</param>
        /// <param name="reverse">From the end: h[i] = decay[i]·h[i + 1] + input[i].</param>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor LinearRecurrence(Tensor decay, Tensor input, int axis, bool reverse = false)
        {
            var type = DTypes.Promote(decay.DType, decay.Rank == 0, input.DType, input.Rank == 0);
            if (!type.IsFloating()) type = DType.Float32;
            var shape = Shape.Broadcast(decay.Shape, input.Shape, "LinearRecurrence");
            axis = shape.Axis(axis, "LinearRecurrence");
            return shape.Rank == 0 ? input.To(type) : new LinearRecurrence(axis, reverse).Apply(decay.To(type).ExpandTo(shape), input.To(type).ExpandTo(shape));
        }
    }
}
