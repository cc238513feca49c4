using CudaNet.Nn.Initializers;

namespace CudaNet.Nn;

/// <summary>A table of vectors, looked up by number.</summary>
/// <remarks>Weight [count, size] starts standard normal, as in PyTorch.</remarks>
public sealed class Embedding : Layer
{
    /// <summary>A fresh table.</summary>
    /// <param name="count">Number of vectors.</param>
    /// <param name="size">Length of a vector.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    /// <param name="type">Element type of the weights.</param>
    /// <param name="paddingIndex">A number whose vector starts as zeros and is not trained; null for none.</param>
    public Embedding(long count, long size, RandomStream? random = null, DType type = DType.Float32, long? paddingIndex = null)
    {
        Sizes.Positive(count, "Embedding", nameof(count));
        Sizes.Positive(size, "Embedding", nameof(size));
        PaddingIndex = CheckPadding(paddingIndex, count, "Embedding");
        Weight = new(Padded(Init.Normal([count, size], random, type: type), PaddingIndex));
    }

    private Embedding(Tensor weight, bool freeze) => Weight = new(weight) { RequiresGrad = !freeze };

    /// <summary>[count, size].</summary>
    public Parameter Weight { get; }

    /// <summary>A number whose vector is not trained; null for none.</summary>
    public long? PaddingIndex { get; }

    /// <summary>A table of vectors that are known.</summary>
    /// <param name="weight">[count, size].</param>
    /// <param name="freeze">False to go on training them.</param>
    /// <exception cref="ShapeException">It is no matrix.</exception>
    public static Embedding FromPretrained(Tensor weight, bool freeze = true)
    {
        ArgumentNullException.ThrowIfNull(weight);
        return weight.Rank == 2 ? new(weight, freeze) : throw new ShapeException($"Embedding: the weight is {weight.Shape}, but must be [count, size].");
    }

    /// <summary>Integers […] to vectors […, size].</summary>
    /// <exception cref="DTypeException">The numbers are no integers.</exception>
    protected override Tensor Compute(Tensor x) => x.DType.IsInteger()
        ? Rows(Weight, x, PaddingIndex)
        : throw new DTypeException($"{this}: the input is {x.DType.ShortName()}. Give integers, as in x.To(DType.Int64).");

    /// <summary>Vectors by number; no gradient flows into that of the padding.</summary>
    internal static Tensor Rows(Parameter weight, Tensor x, long? padding)
    {
        var rows = weight.Value.Take(x, 0);
        return padding is { } number ? x.Eq(number).Unsqueeze(-1).Where(rows.Detach(), rows) : rows;
    }

    /// <summary>A padding number counted from the front.</summary>
    internal static long? CheckPadding(long? index, long count, string name) =>
        index is not { } i ? null
        : i >= -count && i < count ? (i + count) % count
        : throw new ArgumentOutOfRangeException(nameof(index), i, $"{name}: paddingIndex is {i}, but there are {count} vectors.");

    /// <summary>A table whose padding vector is zeros.</summary>
    internal static Tensor Padded(Tensor weight, long? padding) => padding is not { } number ? weight
        : Tensor.Arange(0, weight.Shape[0], 1, DType.Int64, weight.Device).Eq(number).Unsqueeze(1).Where(0, weight);

    /// <inheritdoc/>
    public override string ToString() => $"Embedding({Weight.Shape[0]}, {Weight.Shape[1]})";
}
