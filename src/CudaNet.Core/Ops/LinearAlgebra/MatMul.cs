using CudaNet.Autodiff;
using CudaNet.Graphs;

namespace CudaNet.Ops
{
    /// <summary>C[…, i, j] = Σₖ A[…, i, k] · B[…, k, j]. Half types accumulate in Float32. Batch axes are equal here; the
    /// public method broadcasts them. A transposed operand is a layout, which the kernels take as it is.</summary>
    public sealed record MatMul : Op<MatMul>, IOpDefinition, IEpilogueAnchor
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "MatMul",
            Formula = "C[…, i, j] = Σₖ A[…, i, k] · B[…, k, j]",
            DTypes = [.. DTypes.Floating, DType.Int32, DType.Int64],
            Samples =
            [
                Of("square", [5, 5], [5, 5]), Of("odd", [3, 7], [7, 5]), Of("one", [1, 1], [1, 1]), Of("row by column", [1, 9], [9, 1]),
                Of("column by row", [6, 1], [1, 4]), Of("wide", [33, 65], [65, 47]), Of("long sum", [2, 515], [515, 3]), Of("no rows", [0, 3], [3, 2]),
                Of("no sum", [2, 0], [0, 3]), Of("vector by vector", [7], [7]), Of("matrix by vector", [3, 7], [7]), Of("vector by matrix", [7], [7, 4]),
                Of("batch", [4, 3, 5], [4, 5, 2]), Of("batch against one", [4, 3, 5], [5, 2]), Of("broadcast batch", [2, 1, 3, 4], [3, 4, 2]),
                Of("left transposed", [6, 7], [7, 5], SampleView.Transposed), Of("right transposed", [6, 7], [7, 5], right: SampleView.Transposed),
                Of("both transposed", [6, 7], [7, 5], SampleView.Transposed, SampleView.Transposed), Of("strided", [6, 7], [7, 5], SampleView.Strided, SampleView.Strided),
                Of("flipped", [6, 7], [7, 5], SampleView.Flipped, SampleView.Flipped), Of("stretched", [6, 7], [7, 5], SampleView.Stretched, SampleView.Stretched),
            ],
            Refusals =
            [
                new("inner sizes that differ", () => Tensor.Zeros([2, 3]).MatMul(Tensor.Zeros([4, 5])), @"left \[2, 3\] has 3, right \[4, 5\] has 4"),
                new("right operand the wrong way round", () => Tensor.Zeros([64, 784]).MatMul(Tensor.Zeros([128, 784])), @"Did you mean right\.T"),
                new("a scalar", () => Tensor.Zeros([]).MatMul(Tensor.Zeros([2])), "at least one axis"),
                new("Bool", () => Tensor.Zeros([2, 3], DType.Bool).MatMul(Tensor.Zeros([3, 2], DType.Bool)), @"MatMul: Bool.*To\(DType"),
                new("batches that do not broadcast", () => Tensor.Zeros([2, 3, 4]).MatMul(Tensor.Zeros([3, 4, 5])), "do not broadcast"),
            ],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Half;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var (a, b) = (inputs[0].Shape, inputs[1].Shape);
            if (a.Rank < 2 || b.Rank != a.Rank || a[^1] != b[^2] || a.Slice(0, a.Rank - 2) != b.Slice(0, b.Rank - 2))
                throw new ShapeException($"MatMul: {a} and {b} are not [batch…, m, k] and [batch…, k, n]. The Tensor method aligns them.");
            return new(a.With(a.Rank - 1, b[^1]), inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
        [
            context.Needs[0] ? Apply(context.Upstream, context.Inputs[1].TransposeLast()) : null,
            context.Needs[1] ? Apply(context.Inputs[0].TransposeLast(), context.Upstream) : null,
        ];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
        {
            var (a, b) = (inputs[0], inputs[1]);
            var batch = (batched[0] ? a : b).Shape[0];
            if (!batched[0]) a = a.ExpandTo(a.Shape.Insert(0, batch));
            if (!batched[1]) b = b.ExpandTo(b.Shape.Insert(0, batch));
            return Apply(a, b);
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 2 * output.Shape.ElementCount * inputs[0].Shape[^1];

        private static Sample Of(string name, Shape a, Shape b, SampleView left = SampleView.Contiguous, SampleView right = SampleView.Contiguous) =>
            new(name, [new(a, Domain.Any, left), new(b, Domain.Any, right)], x => x[0].MatMul(x[1])) { SumLength = Math.Max(1, a[^1]) };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Matrix product over the last two axes, with batch axes broadcast; a vector on the left is a row, on the
        /// right a column, and that axis is dropped again.</summary>
        /// <exception cref="ShapeException">The inner sizes differ, or the batch axes do not broadcast.</exception>
        public Tensor MatMul(Tensor right)
        {
            if (Rank == 0 || right.Rank == 0) throw new ShapeException($"MatMul: {Shape} and {right.Shape}: both need at least one axis. Use * for a scalar.");
            var a = Rank == 1 ? Reshape(Shape.Insert(0, 1)) : this;
            var b = right.Rank == 1 ? right.Reshape(right.Shape.Insert(1, 1)) : right;
            if (a.Shape[^1] != b.Shape[^2])
                throw new ShapeException($"MatMul: inner sizes differ: left {Shape} has {a.Shape[^1]}, right {right.Shape} has {b.Shape[^2]}."
                    + (right.Rank > 1 && a.Shape[^1] == b.Shape[^1] ? " Did you mean right.T?" : ""));
            if (right.Rank == 2 && Rank > 2 && Node.Op is not Ops.Permute)
                // One matrix for all: the rows of every batch in one product, and no sum over batches in the matrix's gradient. Rows that
                // lie transposed stay as they are, since joining them would copy them.
                return Flatten(0, -2).MatMul(right).Reshape(Shape.With(Rank - 1, right.Shape[1]));
            var type = DTypes.Promote(a.DType, b.DType);
            if (type == DType.Bool) throw new DTypeException("MatMul: Bool has no sum of products. Use .To(DType.Int32) on an operand.");
            var batch = Shape.Broadcast(a.Shape.Slice(0, a.Rank - 2), b.Shape.Slice(0, b.Rank - 2), "MatMul");
            var product = new MatMul().Apply(
                a.To(type).ExpandTo(batch.Concat(a.Shape.Span[^2..])),
                b.To(type).ExpandTo(batch.Concat(b.Shape.Span[^2..])));
            if (right.Rank == 1) product = product.Reshape(product.Shape.Without(product.Rank - 1));
            if (Rank == 1) product = product.Reshape(product.Shape.Without(product.Rank - (right.Rank == 1 ? 1 : 2)));
            return product;
        }
    }
}
