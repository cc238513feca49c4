using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>For each place of an index tensor the element of an axis that it names; the other positions are those of the
    /// place. Negative indices are refused.</summary>
    public sealed record Gather(int Axis) : Op<Gather>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Gather",
            Formula = "y[i…, p, j…] = x[i…, index[i…, p, j…], j…]",
            DTypes = DTypes.All,
            Samples =
            [
                Of("one a row", [5, 3], [5, 1], 1), Of("rows", [5, 3], [2, 3], 0), Of("more than there are", [3, 4], [3, 9], -1), Of("vector", [9], [3], 0),
                Of("middle axis", [2, 5, 3], [2, 4, 3], 1), Of("fewer rows than the source", [5, 4], [3, 2], 1), Of("nothing", [5, 3], [5, 0], 1),
                Of("no rows", [0, 3], [0, 2], 1), Of("many", [3, 11], [3, 1037], 1), Of("i32", [5, 3], [5, 2], 1, type: DType.Int32),
                Of("of a transposed view", [5, 3], [5, 2], 1, SampleView.Transposed), Of("of a flipped view", [5, 3], [5, 2], 1, SampleView.Flipped),
                Of("of a strided view", [5, 3], [2, 3], 0, SampleView.Strided), Of("of a stretched view", [5, 3], [5, 2], 1, SampleView.Stretched),
                Of("indices transposed", [5, 3], [5, 2], 1, indexView: SampleView.Transposed), Of("indices stretched", [5, 3], [5, 2], 1, indexView: SampleView.Stretched),
            ],
            Refusals =
            [
                new("an index out of range", () => Tensor.Zeros([2, 3]).Gather(Tensor.From(new[,] { { 0 }, { 3 } }), 1).Realize(), "Gather: index 3 is out of range for axis 1 of 3"),
                new("a negative index", () => Tensor.Zeros([3]).Gather(Tensor.From(-1L), 0).Realize(), "Gather: index -1 is out of range"),
                new("another number of axes", () => Tensor.Zeros([2, 3]).Gather(Tensor.From(0, 1), 1), @"\[2\].*\[2, 3\]"),
                new("more rows than the source", () => Tensor.Zeros([2, 3]).Gather(Tensor.Zeros([3, 1], DType.Int64), 1), "reach beyond"),
                new("floating indices", () => Tensor.Zeros([3]).Gather(Tensor.Zeros([2]), 0), "f32"),
                new("an axis out of range", () => Tensor.Zeros([2, 3]).Gather(Tensor.Zeros([2, 3], DType.Int64), 2), "axis 2 is out of range"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            Indexing.CheckIndices(inputs[1], Name);
            Indexing.CheckBeside(inputs[0].Shape, inputs[1].Shape, Axis, Name);
            return new(inputs[1].Shape, inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
            [context.Needs[0] ? new ScatterAdd(Axis, context.Inputs[0].Shape[Axis]).Apply(context.Inputs[1], context.Upstream) : null, null];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => new Gather(Axis + 1).Apply(Indexing.Aligned(inputs, batched));

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 0;

        private static Sample Of(string name, Shape shape, Shape indices, int axis, SampleView view = SampleView.Contiguous, SampleView indexView = SampleView.Contiguous, DType type = DType.Int64)
        {
            var size = shape[axis < 0 ? axis + shape.Rank : axis];
            return new(name, [new(shape, Domain.Any, view), new(indices, Domain.Integers(0, size - 1), indexView, type)], x => x[0].Gather(x[1], axis)) { SumLength = Math.Max(1, indices.ElementCount) };
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>For each place of an index tensor the element of an axis that it names: PyTorch's <c>gather</c>. The result
        /// has the shape of the indices.</summary>
        /// <param name="indices">Int32 or Int64, 0 … size − 1; as many axes as this tensor, none longer but for the axis.</param>
        /// <param name="axis">Along which axis.</param>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        /// <exception cref="ShapeException">The indices have another number of axes, or reach beyond this tensor.</exception>
        /// <exception cref="DTypeException">The indices are not integers.</exception>
        /// <exception cref="IndexValueException">When it runs: an index is out of range.</exception>
        public Tensor Gather(Tensor indices, int axis)
        {
            axis = Shape.Axis(axis, "Gather");
            return Rank == 0 && indices.Rank == 0
                ? Unsqueeze(0).Gather(indices.Unsqueeze(0), 0).Reshape(Shape.Scalar)
                : new Gather(axis).Apply(CutTo(indices.Shape, axis, "Gather"), indices);
        }

        /// <summary>A view of the first elements along all axes but one, as many as another shape has.</summary>
        private Tensor CutTo(Shape shape, int axis, string operation)
        {
            if (shape.Rank != Rank) throw new ShapeException($"{operation}: indices {shape} and {Shape} need the same number of axes.");
            var view = this;
            for (var k = 0; k < Rank; k++)
            {
                if (k == axis || shape[k] == Shape[k]) continue;
                if (shape[k] > Shape[k]) throw new ShapeException($"{operation}: indices {shape} reach beyond {Shape} along axis {k}{(axis < 0 ? "" : $"; only axis {axis} may be longer")}.");
                view = view.Narrow(k, 0, shape[k]);
            }
            return view;
        }
    }
}
