using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Puts <c>Low[k]</c> values before, <c>High[k]</c> after and <c>Interior[k]</c> between the elements of each axis.
    /// The transpose of a strided <see cref="Slice"/>.</summary>
    public sealed record Pad(Integers Low, Integers High, Integers Interior, Scalar Value) : Op<Pad>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Pad",
            Formula = "y[low + i·(interior + 1) …] = x[i…], value elsewhere",
            DTypes = DTypes.All,
            Samples =
            [
                new("vector", [new([5], Domain.Any)], x => x[0].Pad([2], [1])),
                new("matrix", [new([3, 5], Domain.Any)], x => x[0].Pad([1, 0], [2, 3], value: 1)),
                new("interior", [new([3, 5], Domain.Any)], x => x[0].Pad([0, 1], [1, 0], [2, 1])),
                new("last axis only", [new([2, 3, 4], Domain.Any)], x => x[0].Pad([1], [1])),
                new("of empty", [new([0, 3], Domain.Any)], x => x[0].Pad([1, 1], [1, 0], [3, 0], value: 2)),
                new("of one with interior", [new([1], Domain.Any)], x => x[0].Pad([0], [0], [4])),
                new("nothing", [new([3], Domain.Any)], x => x[0].Pad([0], [0])),
                new("cut off", [new([3, 7], Domain.Any)], x => x[0].Pad([-1, -2], [2, -1])),
                new("of a transposed view", [new([5, 6], Domain.Any, SampleView.Transposed)], x => x[0].Pad([1, 2], [2, 1])),
                new("of a flipped view", [new([5, 6], Domain.Any, SampleView.Flipped)], x => x[0].Pad([1, 2], [2, 1], [1, 0])),
                new("of a strided view", [new([5, 6], Domain.Any, SampleView.Strided)], x => x[0].Pad([1, 2], [2, 1], [0, 1])),
                new("of a stretched view", [new([5, 6], Domain.Any, SampleView.Stretched)], x => x[0].Pad([0, 2], [0, 1])),
                new("wide", [new([3, 1037], Domain.Any)], x => x[0].Pad([1, 19], [0, 2])),
            ],
            Refusals =
            [
                new("more paddings than axes", () => Tensor.Zeros([3]).Pad([1, 1], [0, 0]), "Pad: 2 paddings for"),
                new("low and high of other lengths", () => Tensor.Zeros([3, 3]).Pad([1, 1], [0]), "as many high as low"),
                new("negative interior", () => Tensor.Zeros([3]).Pad([1], [1], [-1]), "interior -1"),
                new("more cut off than there is", () => Tensor.Zeros([3]).Pad([-2], [-2]), "cut off"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var shape = inputs[0].Shape;
            if (Low.Count != shape.Rank || High.Count != shape.Rank || Interior.Count != shape.Rank)
                throw new ShapeException($"Pad: {Low.Count} paddings for {shape}, which has {shape.Rank} axes.");
            var sizes = new long[shape.Rank];
            for (var k = 0; k < sizes.Length; k++)
            {
                if (Low[k] < 0 || High[k] < 0 || Interior[k] < 0)
                    throw new ShapeException($"Pad: low {Low[k]}, high {High[k]}, interior {Interior[k]} of axis {k}: they must not be negative. The Tensor method cuts off by a slice.");
                sizes[k] = checked(Low[k] + shape[k] + Math.Max(0, shape[k] - 1) * Interior[k] + High[k]);
            }
            return new(sizes, inputs[0].DType);
        }

        /// <inheritdoc/>
        public override Tensor? Simplify(IReadOnlyList<Tensor> inputs) => inputs[0].Shape == Infer([inputs[0].Node.Type]).Shape ? inputs[0] : null;

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var shape = context.Inputs[0].Shape;
            if (shape.ElementCount == 0) return [context.Inputs[0].ZerosLike()];
            var steps = new long[shape.Rank];
            for (var k = 0; k < steps.Length; k++) steps[k] = Interior[k] + 1;
            return [new Slice(Low, shape.ToArray(), steps).Apply(context.Upstream)];
        }

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) =>
            new Pad(Low.Prepend(0), High.Prepend(0), Interior.Prepend(0), Value).Apply(inputs[0]);

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 0;
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Puts a value before, after and between the elements of the last axes.</summary>
        /// <param name="low">How many before, one number an axis, for the last axes in their order; negative cuts off.</param>
        /// <param name="high">How many after; negative cuts off.</param>
        /// <param name="interior">How many between any two elements; none if left out.</param>
        /// <param name="value">The value.</param>
        /// <exception cref="ShapeException">There are more paddings than axes, or more is cut off than there is.</exception>
        /// <remarks>Unlike PyTorch's flat list from the last axis backwards, low and high are in the order of the axes.</remarks>
        public Tensor Pad(Integers low, Integers high, Integers? interior = null, Scalar value = default)
        {
            if (low.Count > Rank) throw new ShapeException($"Pad: {low.Count} paddings for {Shape}, which has {Rank} axes.");
            if (high.Count != low.Count || (interior is { } given && given.Count != low.Count))
                throw new ShapeException($"Pad: low {low}, high {high}{(interior is { } i ? $", interior {i}" : "")}: give as many high as low paddings{(interior is null ? "" : ", and interior ones")}.");
            var lead = Rank - low.Count;
            var (before, after, between) = (new long[Rank], new long[Rank], new long[Rank]);
            var nothing = true;
            for (var k = lead; k < Rank; k++)
            {
                (before[k], after[k], between[k]) = (low[k - lead], high[k - lead], interior?[k - lead] ?? 0);
                if (between[k] < 0) throw new ShapeException($"Pad: interior {between[k]} of axis {k} must not be negative.");
                nothing &= before[k] == 0 && after[k] == 0 && between[k] == 0;
            }
            if (nothing) return this;
            var positive = new Pad(Array.ConvertAll(before, p => Math.Max(0, p)), Array.ConvertAll(after, p => Math.Max(0, p)), between, value);
            var padded = positive.Apply(this);
            for (var k = lead; k < Rank; k++)
            {
                if (before[k] >= 0 && after[k] >= 0) continue;
                var (start, stop) = (Math.Max(0, -before[k]), padded.Shape[k] + Math.Min(0, after[k]));
                if (start > stop) throw new ShapeException($"Pad: {-before[k]} and {-after[k]} elements are cut off of axis {k} of {Shape}, more than it has.");
                padded = padded.Narrow(k, start, stop - start);
            }
            return padded;
        }
    }
}
