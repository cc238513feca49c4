using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Along each axis k every <c>Steps[k]</c>-th element from <c>Starts[k]</c> on, <c>Lengths[k]</c> of them.
    /// Steps are positive; the public methods read backwards by a <see cref="Flip"/> before.</summary>
    public sealed record Slice(Integers Starts, Integers Lengths, Integers Steps) : ViewOp<Slice>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Slice",
            Formula = "y[i…] = x[start + i·step …]",
            DTypes = DTypes.All,
            Samples =
            [
                new("middle", [new([7], Domain.Any)], x => x[0].Slice(0, 2, 5)),
                new("step", [new([7, 3], Domain.Any)], x => x[0].Slice(0, 1, 7, 3)),
                new("backwards", [new([7], Domain.Any)], x => x[0].Slice(0, null, null, -2)),
                new("backwards from the middle", [new([3, 8], Domain.Any)], x => x[0].Slice(1, 6, 1, -3)),
                new("two axes", [new([5, 6], Domain.Any)], x => x[0][1..4, 2..^1]),
                new("nothing", [new([5, 3], Domain.Any)], x => x[0].Slice(0, 2, 2)),
                new("of empty", [new([0, 3], Domain.Any)], x => x[0].Slice(1, 0, 2)),
                new("last element", [new([5], Domain.Any)], x => x[0].Slice(0, -1, null)),
                new("of a transposed view", [new([5, 6], Domain.Any, SampleView.Transposed)], x => x[0].Slice(0, 1, 5, 2)),
                new("of a flipped view", [new([5, 6], Domain.Any, SampleView.Flipped)], x => x[0].Slice(1, 1, 5, 2)),
                new("of a stretched view", [new([5, 6], Domain.Any, SampleView.Stretched)], x => x[0].Slice(0, 1, 3)),
            ],
            Refusals =
            [
                new("a step of 0", () => Tensor.Zeros([3]).Slice(0, 0, 3, 0), "step 0"),
                new("an axis out of range", () => Tensor.Zeros([2, 3]).Slice(2, 0, 1), @"axis 2 is out of range for \[2, 3\]"),
                new("a part beyond the end", () => Tensor.Zeros([3]).Narrow(0, 2, 2), @"Narrow: elements 2 … 3 of axis 0 lie outside of \[3\]"),
                new("a scalar", () => Tensor.Zeros([]).Slice(0, 0, 1), "scalar"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var shape = inputs[0].Shape;
            if (Starts.Count != shape.Rank || Lengths.Count != shape.Rank || Steps.Count != shape.Rank)
                throw new ShapeException($"Slice: {Starts.Count} starts, {Lengths.Count} lengths and {Steps.Count} steps for {shape}, which has {shape.Rank} axes.");
            for (var k = 0; k < shape.Rank; k++)
                if (Starts[k] < 0 || Lengths[k] < 0 || Steps[k] < 1 || (Lengths[k] > 0 && Starts[k] + (Lengths[k] - 1) * Steps[k] >= shape[k]))
                    throw new ShapeException($"Slice: {Lengths[k]} elements from {Starts[k]} on with step {Steps[k]} lie outside of axis {k} of {shape}.");
            return new(Lengths.Span.ToArray(), inputs[0].DType);
        }

        /// <inheritdoc/>
        public override Layout View(Layout input)
        {
            var strides = input.Strides.ToArray();
            var offset = input.Offset;
            var empty = Lengths.Span.Contains(0);
            for (var k = 0; k < strides.Length; k++)
            {
                if (!empty) offset += Starts[k] * strides[k];
                strides[k] *= Steps[k];
            }
            return new(Lengths.Span.ToArray(), strides, offset);
        }

        /// <inheritdoc/>
        public override Tensor? Simplify(IReadOnlyList<Tensor> inputs)
        {
            if (inputs[0].Shape == Infer([inputs[0].Node.Type]).Shape) return inputs[0];
            if (inputs[0].Node is not { IsRealized: false, Op: Slice inner } node) return null;
            var (starts, steps) = (new long[Starts.Count], new long[Starts.Count]);
            for (var k = 0; k < starts.Length; k++) (starts[k], steps[k]) = (inner.Starts[k] + Starts[k] * inner.Steps[k], Steps[k] * inner.Steps[k]);
            return new Slice(starts, Lengths, steps).Apply(new Tensor(node.Inputs[0]));
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var shape = context.Inputs[0].Shape;
            if (context.Upstream.ElementCount == 0) return [context.Inputs[0].ZerosLike()];
            var (low, high, interior) = (new long[shape.Rank], new long[shape.Rank], new long[shape.Rank]);
            for (var k = 0; k < shape.Rank; k++)
            {
                low[k] = Starts[k];
                interior[k] = Steps[k] - 1;
                high[k] = shape[k] - (Starts[k] + (Lengths[k] - 1) * Steps[k] + 1);
            }
            return [new Pad(low, high, interior, 0).Apply(context.Upstream)];
        }

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) =>
            new Slice(Starts.Prepend(0), Lengths.Prepend(inputs[0].Shape[0]), Steps.Prepend(1)).Apply(inputs[0]);
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>A view of a part of an axis, by Python's rules: negative positions count from the end, positions beyond
        /// an end are cut off there, and a negative step reads backwards.</summary>
        /// <param name="axis">Along which axis.</param>
        /// <param name="start">First element; null for the end where reading begins.</param>
        /// <param name="stop">One past the last element; null for all that are left.</param>
        /// <param name="step">Distance of the elements taken; not 0.</param>
        /// <exception cref="AxisException">The axis is out of range, or the step is 0.</exception>
        public Tensor Slice(int axis, long? start, long? stop, long step = 1)
        {
            axis = Shape.Axis(axis, "Slice");
            if (Rank == 0) throw new AxisException("Slice: a scalar has no axis to take a part of. Reshape it to [1] first.");
            var size = Shape[axis];
            // A step beyond the axis takes one element, as one of the axis's size does, and cannot overflow.
            if (step != 0) step = Math.Clamp(step, -Math.Max(1, size), Math.Max(1, size));
            var (first, length) = Bounds(size, start, stop, step);
            // Read backwards: the same part of the flipped axis, with a positive step.
            return step > 0
                ? Part(axis, first, length, step)
                : new Flip(axis).Apply(this).Part(axis, length == 0 ? 0 : size - 1 - first, length, -step);
        }

        /// <summary>A view of <paramref name="length"/> elements of an axis from <paramref name="start"/> on.</summary>
        /// <exception cref="AxisException">The axis is out of range, or the part reaches beyond it.</exception>
        public Tensor Narrow(int axis, long start, long length)
        {
            axis = Shape.Axis(axis, "Narrow");
            if (Rank == 0 || start < 0 || length < 0 || start > Shape[axis] - length)
                throw new AxisException($"Narrow: elements {start} … {start + length - 1} of axis {axis} lie outside of {Shape}.");
            return Part(axis, start, length, 1);
        }

        /// <summary>First element and number of elements of a slice by Python's rules.</summary>
        internal static (long First, long Length) Bounds(long size, long? start, long? stop, long step)
        {
            if (step == 0) throw new AxisException("Slice: step 0 takes the same element for ever. Use 1 for all elements, -1 to read backwards.");
            var (least, greatest) = step > 0 ? (0, size) : (-1, size - 1);
            long Place(long position) => Math.Clamp(position < 0 ? position + size : position, least, greatest);
            var first = start is { } from ? Place(from) : step > 0 ? 0 : size - 1;
            var end = stop is { } to ? Place(to) : step > 0 ? size : -1;
            var span = step > 0 ? end - first : first - end;
            return span <= 0 ? (0, 0) : (first, (span - 1) / Math.Abs(step) + 1);
        }

        private Tensor Part(int axis, long start, long length, long step)
        {
            if (start == 0 && step == 1 && length == Shape[axis]) return this;
            var (starts, lengths, steps) = (new long[Rank], Shape.ToArray(), new long[Rank]);
            Array.Fill(steps, 1);
            (starts[axis], lengths[axis], steps[axis]) = (start, length, step);
            return new Slice(starts, lengths, steps).Apply(this);
        }
    }
}
