namespace CudaNet.Ops
{
    /// <summary>The places of elements that are not 0. Their number depends on the values, so these are read at once.</summary>
    internal sealed class NonZero : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "NonZero",
            Formula = "all (i, j…) with x[i, j…] ≠ 0, in row-major order, one a row",
            DTypes = [DType.Float32],
            GradientOrder = 0,
            Samples =
            [
                // The values are given here, since the generated ones of the reference and of the device would be read at different times.
                new("vector", [], _ => Tensor.From(0f, 2, 0, -1).NonZero()), new("matrix", [], _ => Tensor.From(new[,] { { 1, 0, 3 }, { 0, 0, 5 } }).NonZero()),
                new("mask", [], _ => Tensor.From(true, false, true).NonZero()), new("none", [], _ => Tensor.Zeros([2, 3]).NonZero()),
                new("empty", [], _ => Tensor.Zeros([0, 3]).NonZero()), new("scalar", [], _ => Tensor.Ones([]).NonZero()), new("not a number", [], _ => Tensor.From(float.NaN, -0f).NonZero()),
            ],
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>The places of elements that are not 0, as Int64 [count, rank] in row-major order. Reads the values at
        /// once, since the result's size depends on them; it cannot be traced.</summary>
        public Tensor NonZero()
        {
            var places = new List<long>();
            if (DType == DType.Bool) Collect(ToArray<bool>(), static v => v, places);
            else if (DType == DType.Int64) Collect(ToArray<long>(), static v => v != 0, places);
            else Collect(ToDoubles(), static v => v != 0, places);
            return From(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(places), [Rank == 0 ? places.Count : places.Count / Rank, Rank], Device);
        }

        private void Collect<T>(T[] values, Func<T, bool> holds, List<long> places)
        {
            for (long i = 0; i < values.LongLength; i++)
            {
                if (!holds(values[i])) continue;
                var (rest, first) = (i, places.Count);
                for (var axis = Rank - 1; axis >= 0; axis--)
                {
                    places.Insert(first, rest % Shape[axis]);
                    rest /= Shape[axis];
                }
            }
        }
    }
}
