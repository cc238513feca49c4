using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Adds values up at the elements of an axis that an index tensor names; 0 where there is none. Inputs: indices,
    /// values. The transpose of <see cref="Gather"/>, deterministic. Half types accumulate in Float32.</summary>
    public sealed record ScatterAdd(int Axis, long Size) : Op<ScatterAdd>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "ScatterAdd",
            Formula = "y[i…, n, j…] = x[i…, n, j…] + Σ v[i…, p, j…] over index[i…, p, j…] = n",
            DTypes = [.. DTypes.Floating, DType.Int32, DType.Int64],
            Samples =
            [
                Of("one a row", [5, 3], [5, 1], 1), Of("rows", [5, 3], [2, 3], 0), Of("more than there are", [3, 4], [3, 9], -1), Of("vector", [9], [3], 0),
                Of("middle axis", [2, 5, 3], [2, 4, 3], 1), Of("fewer rows than the target", [5, 4], [3, 2], 1), Of("nothing", [5, 3], [5, 0], 1),
                Of("no rows", [0, 3], [0, 2], 1), Of("many to few", [3, 2], [3, 131], 1), Of("i32", [5, 3], [5, 2], 1, type: DType.Int32),
                Of("values transposed", [5, 3], [5, 4], 1, SampleView.Transposed), Of("values flipped", [5, 3], [5, 2], 1, SampleView.Flipped),
                Of("values stretched", [5, 3], [5, 2], 1, SampleView.Stretched), Of("long rows", [3, 1037], [2, 1037], 0),
            ],
            Refusals =
            [
                new("an index out of range", () => Tensor.Zeros([2, 3]).ScatterAdd(Tensor.From(new[,] { { 0 }, { 3 } }), Tensor.Zeros([2, 1]), 1).Realize(), "ScatterAdd: index 3 is out of range for axis 1 of 3"),
                new("fewer values than indices", () => Tensor.Zeros([2, 3]).ScatterAdd(Tensor.Zeros([2, 2], DType.Int64), Tensor.Zeros([2, 1]), 1), "reach beyond"),
                new("floating indices", () => Tensor.Zeros([3]).ScatterAdd(Tensor.Zeros([2]), Tensor.Zeros([2]), 0), "f32"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            Indexing.CheckIndices(inputs[0], Name);
            if (inputs[0].Shape != inputs[1].Shape) throw new ShapeException($"ScatterAdd: indices {inputs[0].Shape} and values {inputs[1].Shape} must be of one shape.");
            return new(inputs[0].Shape.With(Axis, Size), inputs[1].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
            [null, context.Needs[1] ? new Gather(Axis).Apply(context.Upstream, context.Inputs[0]) : null];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => new ScatterAdd(Axis + 1, Size).Apply(Indexing.Aligned(inputs, batched));

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => inputs[1].Shape.ElementCount;

        private static Sample Of(string name, Shape shape, Shape indices, int axis, SampleView view = SampleView.Contiguous, DType type = DType.Int64)
        {
            var size = shape[axis < 0 ? axis + shape.Rank : axis];
            return new(name, [new(shape, Domain.Any), new(indices, Domain.Integers(0, size - 1), Type: type), new(indices, Domain.Any, view)], x => x[0].ScatterAdd(x[1], x[2], axis))
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
        /// <summary>This tensor with values added at the elements of an axis that an index tensor names; values for one element
        /// are summed up, in their order: PyTorch's <c>scatter_add</c>.</summary>
        /// <param name="indices">Int32 or Int64, 0 … size − 1; as many axes as this tensor, none longer but for the axis.</param>
        /// <param name="values">At least as long as the indices along each axis.</param>
        /// <param name="axis">Along which axis.</param>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        /// <exception cref="ShapeException">The indices reach beyond this tensor or beyond the values.</exception>
        /// <exception cref="DTypeException">The indices are not integers.</exception>
        /// <exception cref="IndexValueException">When it runs: an index is out of range.</exception>
        public Tensor ScatterAdd(Tensor indices, Tensor values, int axis)
        {
            axis = AxisToCut(axis, "ScatterAdd");
            _ = CutTo(indices.Shape, axis, "ScatterAdd");
            var sums = new ScatterAdd(axis, Shape[axis]).Apply(indices, values.CutTo(indices.Shape, -1, "ScatterAdd").To(DType));
            var (low, high) = (new long[Rank], new long[Rank]);
            for (var k = 0; k < Rank; k++) high[k] = Shape[k] - sums.Shape[k];
            return this + sums.Pad(low, high);
        }
    }
}
