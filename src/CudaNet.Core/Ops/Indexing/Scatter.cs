using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Values put at the elements of an axis that an index tensor names. Inputs: x, indices, values. Of several values
    /// for one element the last in row-major order stays, and only it has a gradient.</summary>
    public sealed record Scatter(int Axis) : Op<Scatter>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Scatter",
            Formula = "y[i…, index[i…, p, j…], j…] = v[i…, p, j…], x elsewhere",
            DTypes = DTypes.All,
            Samples =
            [
                Of("one a row", [5, 3], [5, 1], 1), Of("rows", [5, 3], [2, 3], 0), Of("more than there are", [3, 4], [3, 9], -1), Of("vector", [9], [3], 0),
                Of("middle axis", [2, 5, 3], [2, 4, 3], 1), Of("fewer rows than the target", [5, 4], [3, 2], 1), Of("nothing", [5, 3], [5, 0], 1),
                Of("no rows", [0, 3], [0, 2], 1), Of("many to few", [3, 2], [3, 131], 1), Of("i32", [5, 3], [5, 2], 1, type: DType.Int32),
                Of("target transposed", [5, 3], [5, 2], 1, SampleView.Transposed), Of("values transposed", [5, 3], [5, 4], 1, values: SampleView.Transposed),
                Of("values flipped", [5, 3], [5, 2], 1, values: SampleView.Flipped), Of("long rows", [3, 1037], [2, 1037], 0),
            ],
            Refusals =
            [
                new("an index out of range", () => Tensor.Zeros([2, 3]).Scatter(Tensor.From(new[,] { { 0 }, { 3 } }), Tensor.Zeros([2, 1]), 1).Realize(), "Scatter: index 3 is out of range for axis 1 of 3"),
                new("fewer values than indices", () => Tensor.Zeros([2, 3]).Scatter(Tensor.Zeros([2, 2], DType.Int64), Tensor.Zeros([2, 1]), 1), "reach beyond"),
                new("indices beyond the target", () => Tensor.Zeros([2, 3]).Scatter(Tensor.Zeros([3, 2], DType.Int64), Tensor.Zeros([3, 2]), 1), "reach beyond"),
                new("floating indices", () => Tensor.Zeros([3]).Scatter(Tensor.Zeros([2]), Tensor.Zeros([2]), 0), "f32"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            Indexing.CheckIndices(inputs[1], Name);
            if (inputs[1].Shape != inputs[2].Shape) throw new ShapeException($"Scatter: indices {inputs[1].Shape} and values {inputs[2].Shape} must be of one shape.");
            if (inputs[0].DType != inputs[2].DType) throw new DTypeException($"Scatter: values {inputs[2].DType.ShortName()} for {inputs[0].DType.ShortName()}. The Tensor method casts them.");
            return inputs[0];
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var (indices, upstream) = (context.Inputs[1], context.Upstream);
            var written = context.Needs[0] ? Apply(upstream, indices, context.Inputs[2].ZerosLike()) : null;
            if (!context.Needs[2]) return [written, null, null];
            // The number of the value that stays in each element tells it from those that were written over.
            var numbers = Tensor.Iota(indices.ElementCount, DType.Int64, indices.Device).Reshape(indices.Shape);
            var staying = Apply(Tensor.Zeros(context.Inputs[0].Shape, DType.Int64, indices.Device), indices, numbers).Gather(indices, Axis);
            return [written, null, staying.Eq(numbers).Where(upstream.Gather(indices, Axis), 0)];
        }

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => new Scatter(Axis + 1).Apply(Indexing.Aligned(inputs, batched));

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 0;

        private static Sample Of(string name, Shape shape, Shape indices, int axis, SampleView view = SampleView.Contiguous, SampleView values = SampleView.Contiguous, DType type = DType.Int64)
        {
            var size = shape[axis < 0 ? axis + shape.Rank : axis];
            return new(name, [new(shape, Domain.Any, view), new(indices, Domain.Integers(0, size - 1), Type: type), new(indices, Domain.Any, values)], x => x[0].Scatter(x[1], x[2], axis))
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
        /// <summary>This tensor with values put at the elements of an axis that an index tensor names: PyTorch's <c>scatter</c>.
        /// Of several values for one element the last in row-major order stays.</summary>
        /// <param name="indices">Int32 or Int64, 0 … size − 1; as many axes as this tensor, none longer but for the axis.</param>
        /// <param name="values">At least as long as the indices along each axis; cast to this type.</param>
        /// <param name="axis">Along which axis.</param>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        /// <exception cref="ShapeException">The indices reach beyond this tensor or beyond the values.</exception>
        /// <exception cref="DTypeException">The indices are not integers.</exception>
        /// <exception cref="IndexValueException">When it runs: an index is out of range.</exception>
        public Tensor Scatter(Tensor indices, Tensor values, int axis)
        {
            axis = AxisToCut(axis, "Scatter");
            _ = CutTo(indices.Shape, axis, "Scatter");
            return new Scatter(axis).Apply(this, indices, values.CutTo(indices.Shape, -1, "Scatter").To(DType));
        }

        /// <summary>This tensor with elements of an axis replaced: row <c>indices[k]</c> by row k of the values. Of several for one
        /// the last stays. With a tensor of one index it writes a step of a fixed-size cache.</summary>
        /// <param name="indices">A vector, or a scalar for one element, of Int32 or Int64.</param>
        /// <param name="values">Of this shape but for the axis, which has as many elements as there are indices; broadcast to it.</param>
        /// <param name="axis">Along which axis.</param>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        /// <exception cref="ShapeException">The values do not broadcast to the shape that the indices ask for.</exception>
        /// <exception cref="IndexValueException">When it runs: an index is out of range.</exception>
        public Tensor IndexCopy(Tensor indices, Tensor values, int axis = 0)
        {
            axis = AxisToCut(axis, "IndexCopy");
            if (indices.Rank > 1) throw new ShapeException($"IndexCopy: indices {indices.Shape} must be a vector or a scalar.");
            var shape = Shape.With(axis, indices.ElementCount);
            var places = new long[Rank];
            Array.Fill(places, 1);
            places[axis] = indices.ElementCount;
            return Scatter(indices.Reshape(new Shape(places)).ExpandTo(shape), values.ExpandTo(shape), axis);
        }
    }
}
