using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Adds windows up where they overlap: the transpose of <see cref="Windows"/>. <c>Target</c> is the size of
    /// each of the axes in the result; what no window covers is 0. Half types accumulate in Float32.</summary>
    public sealed record FoldWindows(Axes Axes, Integers Size, Integers Stride, Integers Dilation, Integers Target) : Op<FoldWindows>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "FoldWindows",
            Formula = "y[…, p, …] = Σ x[…, o, …, k] over o·stride + k·dilation = p",
            DTypes = [.. DTypes.Floating, DType.Int32, DType.Int64],
            Samples =
            [
                new("vector", [new([5, 3], Domain.Any)], x => x[0].FoldWindows(0, 1, 1, 7)) { SumLength = 3 },
                new("stride", [new([3, 3], Domain.Any)], x => x[0].FoldWindows(0, 2, 1, 8)) { SumLength = 2 },
                new("dilation", [new([5, 3], Domain.Any)], x => x[0].FoldWindows(0, 1, 2, 9)) { SumLength = 3 },
                new("gaps between windows", [new([3, 2], Domain.Any)], x => x[0].FoldWindows(0, 3, 1, 10)),
                new("images", [new([2, 3, 4, 2, 2, 3], Domain.Any)], x => x[0].FoldWindows([2, 3], [1, 2], [1, 1], [5, 6])) { SumLength = 4 },
                new("first axis", [new([4, 3, 2], Domain.Any)], x => x[0].FoldWindows(0, 1, 1, 5)) { SumLength = 2 },
                new("empty batch", [new([0, 3, 2], Domain.Any)], x => x[0].FoldWindows(1, 1, 1, 4)),
                new("of a stretched view", [new([4, 3], Domain.Any, SampleView.Stretched)], x => x[0].FoldWindows(0, 1, 1, 6)) { SumLength = 3 },
                new("of a transposed view", [new([4, 3], Domain.Any, SampleView.Transposed)], x => x[0].FoldWindows(0, 2, 1, 9)) { SumLength = 2 },
            ],
            Refusals =
            [
                new("places that do not fit the target", () => Tensor.Zeros([5, 3]).FoldWindows(0, 1, 1, 9), "FoldWindows: .*7 windows"),
                new("no window axis", () => Tensor.Zeros([5]).FoldWindows(0, 1, 1, 5), "window axis"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var shape = inputs[0].Shape;
            var sizes = shape.Slice(0, shape.Rank - Axes.Count).ToArray();
            for (var k = 0; k < Axes.Count; k++)
            {
                var places = (Target[k] - ((Size[k] - 1) * Dilation[k] + 1)) / Stride[k] + 1;
                if (shape[sizes.Length + k] != Size[k] || sizes[Axes[k]] != places)
                    throw new ShapeException($"FoldWindows: axis {Axes[k]} of {Target[k]} elements takes {places} windows of {Size[k]}, {shape} has {sizes[Axes[k]]} of {shape[sizes.Length + k]}.");
                sizes[Axes[k]] = Target[k];
            }
            return new(sizes, inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [new Windows(Axes, Size, Stride, Dilation).Apply(context.Upstream)];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) =>
            new FoldWindows(Array.ConvertAll(Axes.Span.ToArray(), axis => axis + 1), Size, Stride, Dilation, Target).Apply(inputs[0]);

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => inputs[0].Shape.ElementCount;
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Adds windows up where they overlap; the last axes are the window axes. The transpose of <see cref="Windows"/>.</summary>
        /// <param name="axes">The axes that count window places.</param>
        /// <param name="stride">Distance from window to window along each.</param>
        /// <param name="dilation">Distance from element to element in a window.</param>
        /// <param name="target">Sizes of these axes in the result.</param>
        /// <exception cref="ShapeException">The target does not take so many windows of that size.</exception>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        public Tensor FoldWindows(Axes axes, Integers stride, Integers dilation, Integers target)
        {
            var lead = Rank - axes.Count;
            if (lead < axes.Count || stride.Count != axes.Count || dilation.Count != axes.Count || target.Count != axes.Count)
                throw new ShapeException($"FoldWindows: {Shape} needs a window axis at the end for each of the axes {axes}, and stride {stride}, dilation {dilation} and target {target} one number each.");
            if (axes.Count == 0) return this;
            var shape = Shape.Slice(0, lead);
            _ = axes.Normalize(shape, "FoldWindows");
            var order = new int[axes.Count];
            for (var k = 0; k < order.Length; k++)
            {
                order[k] = shape.Axis(axes[k], "FoldWindows");
                if (stride[k] < 1 || dilation[k] < 1 || Shape[lead + k] < 1)
                    throw new ShapeException($"FoldWindows: stride {stride[k]}, dilation {dilation[k]} and window size {Shape[lead + k]} of axis {axes[k]} must be 1 or more.");
            }
            return new FoldWindows(order, Shape.Span[lead..].ToArray(), stride, dilation, target).Apply(this);
        }
    }
}
