using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Elements of an axis at the places given by a tensor of integers, whose axes take its place: rows of an
    /// embedding. Negative indices are refused.</summary>
    public sealed record Take(int Axis) : Op<Take>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Take",
            Formula = "y[i…, p…, j…] = x[i…, index[p…], j…]",
            DTypes = DTypes.All,
            Samples =
            [
                Of("rows", [5, 3], [4], 0), Of("columns", [3, 5], [4], 1), Of("embedding", [7, 3], [2, 4], 0), Of("one index", [5, 3], [], 0),
                Of("of a vector", [9], [3], 0), Of("middle axis", [2, 5, 3], [3], 1), Of("no index", [5, 3], [0], 0), Of("empty rows", [5, 0], [4], 0),
                Of("long rows", [3, 1037], [5], 0), Of("many", [11], [1037], -1), Of("i32", [5, 3], [4], 0, type: DType.Int32),
                Of("of a transposed view", [5, 3], [4], 0, SampleView.Transposed), Of("of a flipped view", [5, 3], [4], 1, SampleView.Flipped),
                Of("of a strided view", [5, 3], [4], 0, SampleView.Strided), Of("of a stretched view", [5, 3], [4], 0, SampleView.Stretched),
                Of("indices flipped", [5, 3], [4], 0, indexView: SampleView.Flipped), Of("indices transposed", [5, 3], [2, 4], 0, indexView: SampleView.Transposed),
            ],
            Refusals =
            [
                new("an index out of range", () => Tensor.Zeros([5, 3]).Take(Tensor.From(0, 5)).Realize(), @"Take: index 5 is out of range for axis 0 of 5"),
                new("a negative index", () => Tensor.Zeros([5, 3]).Take(Tensor.From(0L, -1L), 1).Realize(), @"Take: index -1 is out of range for axis 1 of 3"),
                new("floating indices", () => Tensor.Zeros([5, 3]).Take(Tensor.Zeros([2])), @"f32.*\.To\(DType\.Int64\)"),
                new("an axis out of range", () => Tensor.Zeros([2, 3]).Take(Tensor.From(0), 2), @"axis 2 is out of range for \[2, 3\]"),
                new("of a scalar", () => Tensor.Zeros([]).Take(Tensor.From(0)), "scalar"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            Indexing.CheckIndices(inputs[1], Name);
            var shape = inputs[0].Shape;
            return new([.. shape.Span[..Axis], .. inputs[1].Shape.Span, .. shape.Span[(Axis + 1)..]], inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
            [context.Needs[0] ? new IndexAdd(Axis, context.Inputs[0].Shape[Axis]).Apply(context.Inputs[1], context.Upstream) : null, null];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
        {
            var (x, indices) = (inputs[0], inputs[1]);
            if (!batched[1]) return new Take(Axis + 1).Apply(x, indices);
            if (!batched[0]) return Apply(x, indices).MoveAxis(Axis, 0);
            // [batch, …, n, …] → [batch·n, …, …]: each example reads its own part.
            var joined = x.MoveAxis(Axis + 1, 1).Flatten(0, 1);
            var taken = new Take(0).Apply(joined, Indexing.OfJoined(indices, x.Shape[Axis + 1])); // [batch, p…, i…, j…]
            var order = new List<int> { 0 };
            var places = indices.Rank - 1;
            for (var k = 0; k < Axis; k++) order.Add(1 + places + k);
            for (var k = 0; k < places; k++) order.Add(1 + k);
            for (var k = 1 + places + Axis; k < taken.Rank; k++) order.Add(k);
            return taken.Permute([.. order]);
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 0;

        private static Sample Of(string name, Shape shape, Shape indices, int axis, SampleView view = SampleView.Contiguous, SampleView indexView = SampleView.Contiguous, DType type = DType.Int64) =>
            new(name, [new(shape, Domain.Any, view), new(indices, Domain.Integers(0, shape[axis < 0 ? axis + shape.Rank : axis] - 1), indexView, type)], x => x[0].Take(x[1], axis)) { SumLength = Math.Max(1, indices.ElementCount) };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Elements of an axis at the places given by a tensor of integers of any shape, which takes the place of the
        /// axis: PyTorch's <c>index_select</c> and <c>embedding</c>.</summary>
        /// <param name="indices">Int32 or Int64, 0 … size − 1.</param>
        /// <param name="axis">Along which axis.</param>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        /// <exception cref="DTypeException">The indices are not integers.</exception>
        /// <exception cref="IndexValueException">When it runs: an index is out of range.</exception>
        public Tensor Take(Tensor indices, int axis = 0)
        {
            axis = Shape.Axis(axis, "Take");
            if (Rank == 0) throw new AxisException("Take: a scalar has no axis to take from.");
            return new Take(axis).Apply(this, indices);
        }
    }
}
