using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Adds elements of an axis up at the places given by a tensor of integers; 0 where there is none. Inputs: indices,
    /// values. The transpose of <see cref="Take"/>, deterministic. Half types accumulate in Float32.</summary>
    public sealed record IndexAdd(int Axis, long Size) : Op<IndexAdd>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "IndexAdd",
            Formula = "y[i…, n, j…] = x[i…, n, j…] + Σ v[i…, p…, j…] over index[p…] = n",
            DTypes = [.. DTypes.Floating, DType.Int32, DType.Int64],
            Samples =
            [
                Of("rows", [5, 3], [4], 0), Of("columns", [3, 5], [4], 1), Of("gradient of an embedding", [7, 3], [2, 4], 0), Of("one index", [5, 3], [], 0),
                Of("many to few", [3], [131], 0), Of("middle axis", [2, 5, 3], [3], 1), Of("no index", [5, 3], [0], 0), Of("empty rows", [5, 0], [4], 0),
                Of("long rows", [3, 1037], [5], 0), Of("i32", [5, 3], [4], 0, type: DType.Int32), Of("values transposed", [5, 3], [3], 0, SampleView.Transposed),
                Of("values stretched", [5, 3], [3], 0, SampleView.Stretched), Of("values flipped", [5, 3], [3], 0, SampleView.Flipped),
            ],
            Refusals =
            [
                new("an index out of range", () => Tensor.Zeros([5, 3]).IndexAdd(Tensor.From(5), Tensor.Zeros([1, 3])).Realize(), "IndexAdd: index 5 is out of range for axis 0 of 5"),
                new("values of another shape", () => Tensor.Zeros([5, 3]).IndexAdd(Tensor.From(1, 2), Tensor.Zeros([3, 3])), @"IndexAdd: values \[3, 3\] .* \[2, 3\]"),
                new("floating indices", () => Tensor.Zeros([5]).IndexAdd(Tensor.Zeros([2]), Tensor.Zeros([2])), "f32"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            Indexing.CheckIndices(inputs[0], Name);
            var (places, values) = (inputs[0].Shape, inputs[1].Shape);
            if (values.Rank < Axis + places.Rank || values.Slice(Axis, places.Rank) != places)
                throw new ShapeException($"IndexAdd: values {values} need the axes of the indices {places} at axis {Axis}.");
            return new([.. values.Span[..Axis], Size, .. values.Span[(Axis + places.Rank)..]], inputs[1].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
            [null, context.Needs[1] ? new Take(Axis).Apply(context.Upstream, context.Inputs[0]) : null];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
        {
            if (!batched[0]) return new IndexAdd(Axis + 1, Size).Apply(inputs[0], inputs[1]);
            var aligned = Indexing.Aligned(inputs, batched);
            var (indices, values) = (aligned[0], aligned[1]); // [batch, p…], [batch, i…, p…, j…]
            var places = indices.Rank - 1;
            var order = new List<int> { 0 };
            for (var k = 0; k < places; k++) order.Add(1 + Axis + k);
            for (var k = 0; k < Axis; k++) order.Add(1 + k);
            for (var k = 1 + Axis + places; k < values.Rank; k++) order.Add(k);
            var joined = new IndexAdd(0, indices.Shape[0] * Size).Apply(Indexing.OfJoined(indices, Size), values.Permute([.. order])); // [batch·n, i…, j…]
            return joined.Reshape(new Shape([indices.Shape[0], Size, .. joined.Shape.Span[1..]])).MoveAxis(1, Axis + 1);
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => inputs[1].Shape.ElementCount;

        private static Sample Of(string name, Shape shape, Shape indices, int axis, SampleView view = SampleView.Contiguous, DType type = DType.Int64)
        {
            Shape values = [.. shape.Span[..axis], .. indices.Span, .. shape.Span[(axis + 1)..]];
            return new(name, [new(shape, Domain.Any), new(indices, Domain.Integers(0, shape[axis] - 1), Type: type), new(values, Domain.Any, view)], x => x[0].IndexAdd(x[1], x[2], axis))
            {
                SumLength = Math.Max(1, indices.ElementCount),
            };
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>This tensor with values added at places along an axis; values for one place are summed up, in their order.</summary>
        /// <param name="indices">Int32 or Int64 of any shape, 0 … size − 1.</param>
        /// <param name="values">Of this shape, with the axes of the indices in place of the axis.</param>
        /// <param name="axis">Along which axis.</param>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        /// <exception cref="ShapeException">The values have another shape.</exception>
        /// <exception cref="DTypeException">The indices are not integers.</exception>
        /// <exception cref="IndexValueException">When it runs: an index is out of range.</exception>
        public Tensor IndexAdd(Tensor indices, Tensor values, int axis = 0)
        {
            axis = Shape.Axis(axis, "IndexAdd");
            if (Rank == 0) throw new AxisException("IndexAdd: a scalar has no axis to add along.");
            Shape expected = [.. Shape.Span[..axis], .. indices.Shape.Span, .. Shape.Span[(axis + 1)..]];
            if (values.Shape != expected)
                throw new ShapeException($"IndexAdd: values {values.Shape} for {Shape} at indices {indices.Shape} along axis {axis} must be {expected}.");
            return this + new IndexAdd(axis, Shape[axis]).Apply(indices, values.To(DType));
        }
    }
}
