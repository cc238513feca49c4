namespace CudaNet.Ops
{
    /// <summary>The different values of a tensor, sorted. Their number depends on the values, so these are read at once.</summary>
    internal sealed class Unique : IOpDefinition
    {
        private static Tensor Values => Tensor.From(3, 1, 2, 3, 3, 1);

        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Unique",
            Formula = "sorted different values, where each element's value is among them, and how often each occurs",
            DTypes = [DType.Float32],
            GradientOrder = 0,
            Samples =
            [
                new("values", [], _ => Values.Unique().Values), new("places", [], _ => Values.Reshape(2, 3).Unique().Inverse), new("counts", [], _ => Values.Unique().Counts),
                new("empty", [], _ => Tensor.Zeros([0, 2]).Unique().Counts), new("one", [], _ => Tensor.Scalar(2f).Unique().Values),
            ],
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>The different values in sorted order, for each element where its value is among them, and how often each occurs.
        /// Reads the values at once, since the result's size depends on them; it cannot be traced. Each NaN is a value of its own.</summary>
        public (Tensor Values, Tensor Inverse, Tensor Counts) Unique()
        {
            var flat = Flatten();
            if (ElementCount == 0) return (flat, Zeros(Shape, DType.Int64, Device), Zeros([0], DType.Int64, Device));
            var (sorted, order) = flat.Sort(0);
            var isFirst = Concat(Ones([1], DType.Bool, Device), sorted.Narrow(0, 1, ElementCount - 1).Ne(sorted.Narrow(0, 0, ElementCount - 1)));
            var values = sorted.MaskedSelect(isFirst);
            var group = isFirst.CumSum(0) - 1;
            var counts = new Ops.IndexAdd(0, values.ElementCount).Apply(group, Ones(group.Shape, DType.Int64, Device));
            return (values, group.ZerosLike().Scatter(order, group, 0).Reshape(Shape), counts);
        }
    }
}
