using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Axes in another order: axis k of the result is axis <c>Order[k]</c> of the input.</summary>
    public sealed record Permute(Axes Order) : ViewOp<Permute>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Permute",
            Formula = "y[i_order[0], i_order[1], …] = x[i₀, i₁, …]",
            DTypes = DTypes.All,
            Samples =
            [
                new("matrix", [new([3, 5], Domain.Any)], x => x[0].T),
                new("rotate", [new([2, 3, 4], Domain.Any)], x => x[0].Permute(2, 0, 1)),
                new("two axes", [new([2, 3, 4], Domain.Any)], x => x[0].Transpose(0, -1)),
                new("empty", [new([0, 3], Domain.Any)], x => x[0].T),
                new("of a strided view", [new([3, 4], Domain.Any, SampleView.Strided)], x => x[0].T),
                new("vector", [new([3], Domain.Any)], x => x[0].Permute(0)),
            ],
            Refusals =
            [
                new("an axis missing", () => Tensor.Zeros([2, 3]).Permute(0), "needs each of the 2 axes once"),
                new("an axis named twice", () => Tensor.Zeros([2, 3]).Permute(0, 0), "named twice"),
                new("the transpose of a vector", () => Tensor.Zeros([3]).T, "matrix"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var sizes = new long[Order.Count];
            for (var k = 0; k < sizes.Length; k++) sizes[k] = inputs[0].Shape[Order[k]];
            return new(sizes, inputs[0].DType);
        }

        /// <inheritdoc/>
        public override Layout View(Layout input) => input.Permute(Order.Span);

        /// <inheritdoc/>
        public override Tensor? Simplify(IReadOnlyList<Tensor> inputs)
        {
            if (Order == Axes.All(Order.Count)) return inputs[0];
            if (inputs[0].Node is { IsRealized: false, Op: MatMul product } matmul && SwapsLast() && matmul.Inputs.Any(input => input.Op is Permute))
                // (AᵀB)ᵀ = BᵀA: the gradient of a weight that was used transposed is written as the weight lies.
                return product.Apply(new Tensor(matmul.Inputs[1]).TransposeLast(), new Tensor(matmul.Inputs[0]).TransposeLast());
            if (inputs[0].Node is not { IsRealized: false, Op: Permute inner } node) return null;
            return new Permute(Array.ConvertAll(Order.Span.ToArray(), axis => inner.Order[axis])).Apply(new Tensor(node.Inputs[0]));
        }

        private bool SwapsLast()
        {
            for (var k = 0; k < Order.Count - 2; k++)
                if (Order[k] != k) return false;
            return Order.Count >= 2 && Order[Order.Count - 1] == Order.Count - 2;
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var inverse = new int[Order.Count];
            for (var k = 0; k < inverse.Length; k++) inverse[Order[k]] = k;
            return [new Permute(inverse).Apply(context.Upstream)];
        }

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) =>
            new Permute([0, .. Array.ConvertAll(Order.Span.ToArray(), axis => axis + 1)]).Apply(inputs[0]);
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>The transpose of a matrix, as a view.</summary>
        /// <exception cref="ShapeException">It is not a matrix; use <see cref="Permute"/> or <see cref="Transpose"/>.</exception>
        public Tensor T => Rank == 2 ? Permute(1, 0) : throw new ShapeException($"T: {Shape} is not a matrix. Use Transpose(a, b) or Permute(…).");

        /// <summary>A view with the axes in another order.</summary>
        /// <exception cref="AxisException">An axis is missing, out of range or named twice.</exception>
        public Tensor Permute(params ReadOnlySpan<int> order)
        {
            if (order.Length != Rank)
                throw new AxisException($"Permute: [{string.Join(", ", order.ToArray())}] names {order.Length} axes of {Shape}; it needs each of the {Rank} axes once.");
            var axes = new int[Rank];
            for (var k = 0; k < Rank; k++) axes[k] = Shape.Axis(order[k], "Permute");
            _ = ((Axes)axes).Normalize(Shape, "Permute");
            return new Permute(axes).Apply(this);
        }

        /// <summary>A view with two axes swapped.</summary>
        /// <exception cref="AxisException">An axis is out of range.</exception>
        public Tensor Transpose(int first, int second)
        {
            int[] order = [.. Enumerable.Range(0, Rank)];
            var (a, b) = (Shape.Axis(first, "Transpose"), Shape.Axis(second, "Transpose"));
            (order[a], order[b]) = (order[b], order[a]);
            return Permute(order);
        }

        /// <summary>The last two axes swapped.</summary>
        internal Tensor TransposeLast() => Transpose(-2, -1);
    }
}
