namespace CudaNet.Ops;

/// <summary>Elements of an axis replaced, by <see cref="Scatter"/>.</summary>
internal sealed class IndexCopy : IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "IndexCopy",
        Formula = "y[i…, index[p], j…] = v[i…, p, j…], x elsewhere",
        DTypes = DTypes.All,
        Samples =
        [
            new("rows", [new([5, 3], Domain.Any), new([2], Domain.Integers(0, 4), Type: DType.Int64), new([2, 3], Domain.Any)], x => x[0].IndexCopy(x[1], x[2])),
            new("one step of a cache", [new([2, 7, 3], Domain.Any), new([], Domain.Integers(0, 6), Type: DType.Int64), new([2, 1, 3], Domain.Any)], x => x[0].IndexCopy(x[1], x[2], 1)),
            new("one row for all", [new([5, 3], Domain.Any), new([4], Domain.Integers(0, 4), Type: DType.Int32), new([3], Domain.Any)], x => x[0].IndexCopy(x[1], x[2])),
        ],
        Refusals =
        [
            new("values of another shape", () => Tensor.Zeros([5, 3]).IndexCopy(Tensor.From(1, 2), Tensor.Zeros([3, 3])), @"\[3, 3\] does not broadcast to \[2, 3\]"),
            new("a matrix of indices", () => Tensor.Zeros([5, 3]).IndexCopy(Tensor.Zeros([2, 2], DType.Int64), Tensor.Zeros([2, 3])), "vector or a scalar"),
        ],
    };
}
