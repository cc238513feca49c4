using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>For each value the position along the last axis of a sorted tensor where it would be put in, Int64: before equal
    /// elements, or behind them if <c>Right</c>. Inputs: sorted, values, with equal axes but for the last.</summary>
    public sealed record SearchSorted(bool Right) : Op<SearchSorted>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "SearchSorted",
            Formula = "y = number of elements < v (≤ v if right)",
            DTypes = DTypes.Numeric,
            GradientOrder = 0,
            Samples =
            [
                new("left", [new([11], Domain.Integers(0, 5)), new([7], Domain.Integers(0, 6))], x => x[0].Sort().Values.SearchSorted(x[1])),
                new("right", [new([11], Domain.Integers(0, 5)), new([7], Domain.Integers(0, 6))], x => x[0].Sort().Values.SearchSorted(x[1], true)),
                new("matrix of values", [new([11], Domain.Any), new([2, 3], Domain.Any)], x => x[0].Sort().Values.SearchSorted(x[1])),
                new("rows", [new([3, 11], Domain.Any), new([3, 4], Domain.Any)], x => x[0].Sort().Values.SearchSorted(x[1])),
                new("in nothing", [new([0], Domain.Any), new([3], Domain.Any)], x => x[0].SearchSorted(x[1])), new("nothing", [new([3], Domain.Any), new([0], Domain.Any)], x => x[0].Sort().Values.SearchSorted(x[1])),
            ],
            Refusals = [new("rows that differ", () => Tensor.Zeros([2, 3]).SearchSorted(Tensor.Zeros([3, 3])), @"\[2, 3\] and \[3, 3\]"), new("a scalar", () => Tensor.Zeros([]).SearchSorted(Tensor.Zeros([])), "scalar")],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var (sorted, values) = (inputs[0].Shape, inputs[1].Shape);
            if (sorted.Rank == 0 || sorted.Rank != values.Rank || sorted.Without(sorted.Rank - 1) != values.Without(values.Rank - 1))
                throw new ShapeException($"SearchSorted: {sorted} and {values} differ beside the last axis. Only that axis may differ.");
            return new(values, DType.Int64);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [null, null];

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => Apply(Indexing.Aligned(inputs, batched));
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>For each value the position along the last axis of this sorted tensor where it would be put in, as Int64.</summary>
        /// <param name="values">Any shape if this is a vector, else equal to this one's but for the last axis.</param>
        /// <param name="right">Behind equal elements instead of before them.</param>
        /// <exception cref="ShapeException">The shapes differ beside the last axis.</exception>
        public Tensor SearchSorted(Tensor values, bool right = false)
        {
            if (Rank == 0) throw new ShapeException("SearchSorted: a scalar has no axis to search in.");
            var type = DTypes.Promote(DType, Rank == 0, values.DType, values.Rank == 0);
            return Rank == 1
                ? new SearchSorted(right).Apply(To(type), values.To(type).Reshape([values.ElementCount])).Reshape(values.Shape)
                : new SearchSorted(right).Apply(To(type), values.To(type));
        }
    }
}
