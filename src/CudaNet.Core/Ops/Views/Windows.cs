using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Sliding windows over axes, as a view of overlapping strides: each of the axes becomes the number of window
    /// places along it, and one new axis a window axis follows at the end.</summary>
    public sealed record Windows(Axes Axes, Integers Size, Integers Stride, Integers Dilation) : ViewOp<Windows>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Windows",
            Formula = "y[…, o, …, k] = x[…, o·stride + k·dilation, …]",
            DTypes = DTypes.All,
            Samples =
            [
                new("vector", [new([7], Domain.Any)], x => x[0].Windows(0, 3)),
                new("stride", [new([8], Domain.Any)], x => x[0].Windows(0, 3, 2)),
                new("dilation", [new([9], Domain.Any)], x => x[0].Windows(0, 3, 1, 2)),
                new("gaps between windows", [new([9], Domain.Any)], x => x[0].Windows(0, 2, 3)),
                new("images", [new([2, 3, 5, 6], Domain.Any)], x => x[0].Windows([2, 3], [2, 3], [1, 2])),
                new("first axis", [new([5, 3], Domain.Any)], x => x[0].Windows(0, 2)),
                new("exactly one window", [new([3, 4], Domain.Any)], x => x[0].Windows(1, 4)),
                new("empty batch", [new([0, 4], Domain.Any)], x => x[0].Windows(1, 2)),
                new("of a transposed view", [new([5, 6], Domain.Any, SampleView.Transposed)], x => x[0].Windows([0, 1], [2, 2], [2, 1])),
                new("of a flipped view", [new([2, 6], Domain.Any, SampleView.Flipped)], x => x[0].Windows(1, 3, 2)),
            ],
            Refusals =
            [
                new("a window wider than its axis", () => Tensor.Zeros([3]).Windows(0, 4), @"Windows: a window of 4 .*does not fit into axis 0 of \[3\]"),
                new("a dilated window wider than its axis", () => Tensor.Zeros([4]).Windows(0, 3, 1, 2), "does not fit"),
                new("stride 0", () => Tensor.Zeros([4]).Windows(0, 2, 0), "stride 0"),
                new("sizes for other axes", () => Tensor.Zeros([4, 4]).Windows([0, 1], [2]), "2 axes"),
                Samples.BadAxis(x => x.Windows(2, 1)), Samples.RepeatedAxis(x => x.Windows([0, 0], [1, 1])),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var sizes = new long[inputs[0].Shape.Rank + Axes.Count];
            inputs[0].Shape.Span.CopyTo(sizes);
            for (var k = 0; k < Axes.Count; k++)
            {
                sizes[Axes[k]] = Places(inputs[0].Shape, k);
                sizes[inputs[0].Shape.Rank + k] = Size[k];
            }
            return new(sizes, inputs[0].DType);
        }

        /// <inheritdoc/>
        public override Layout View(Layout input)
        {
            var shape = Infer([new(input.Shape, DType.Float32)]).Shape;
            var strides = new long[shape.Rank];
            input.Strides.CopyTo(strides);
            for (var k = 0; k < Axes.Count; k++)
            {
                strides[input.Shape.Rank + k] = strides[Axes[k]] * Dilation[k];
                strides[Axes[k]] *= Stride[k];
            }
            return new(shape, strides, input.Offset);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var shape = context.Inputs[0].Shape;
            var target = new long[Axes.Count];
            for (var k = 0; k < target.Length; k++) target[k] = shape[Axes[k]];
            return [new FoldWindows(Axes, Size, Stride, Dilation, target).Apply(context.Upstream)];
        }

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) =>
            new Windows(Array.ConvertAll(Axes.Span.ToArray(), axis => axis + 1), Size, Stride, Dilation).Apply(inputs[0]);

        private long Places(Shape shape, int k)
        {
            var reach = (Size[k] - 1) * Dilation[k] + 1;
            return reach <= shape[Axes[k]]
                ? (shape[Axes[k]] - reach) / Stride[k] + 1
                : throw new ShapeException($"Windows: a window of {Size[k]} with dilation {Dilation[k]} spans {reach} elements and does not fit into axis {Axes[k]} of {shape}. Pad it first.");
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>A view of all windows that slide over axes: each of these becomes the number of places, and for each a
        /// window axis is put at the end. Pooling reduces the window axes; a convolution multiplies over them.</summary>
        /// <param name="axes">Over which axes.</param>
        /// <param name="size">Elements of a window along each of them.</param>
        /// <param name="stride">Distance from window to window; 1 if left out.</param>
        /// <param name="dilation">Distance from element to element in a window; 1 if left out.</param>
        /// <exception cref="ShapeException">A window does not fit, or the numbers are not one an axis and positive.</exception>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        public Tensor Windows(Axes axes, Integers size, Integers? stride = null, Integers? dilation = null)
        {
            var normalized = axes.Normalize(Shape, "Windows");
            var (step, spread) = (stride ?? Integers.Repeat(1, axes.Count), dilation ?? Integers.Repeat(1, axes.Count));
            if (normalized.Count != axes.Count || size.Count != axes.Count || step.Count != axes.Count || spread.Count != axes.Count)
                throw new ShapeException($"Windows: size {size}, stride {step} and dilation {spread} need one number for each of the {axes.Count} axes {axes} of {Shape}.");
            if (axes.Count == 0) return this;
            var order = new int[axes.Count];
            for (var k = 0; k < order.Length; k++)
            {
                if (size[k] < 1 || step[k] < 1 || spread[k] < 1)
                    throw new ShapeException($"Windows: size {size[k]}, stride {step[k]} and dilation {spread[k]} of axis {axes[k]} must be 1 or more.");
                order[k] = Shape.Axis(axes[k], "Windows"); // window axes follow in the order in which they were named
            }
            return new Windows(order, size, step, spread).Apply(this);
        }
    }
}
