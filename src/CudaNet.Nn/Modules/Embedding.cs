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
    public Embedding(long count, long size, RandomStream? random = null, DType type = DType.Float32)
    {
        Sizes.Positive(count, "Embedding", nameof(count));
        Sizes.Positive(size, "Embedding", nameof(size));
        Weight = new(Init.Normal([count, size], random, type: type));
    }

    /// <summary>[count, size].</summary>
    public Parameter Weight { get; }

    /// <summary>Integers […] to vectors […, size].</summary>
    /// <exception cref="DTypeException">The numbers are no integers.</exception>
    protected override Tensor Compute(Tensor x) => x.DType.IsInteger()
        ? Weight.Value.Take(x, 0)
        : throw new DTypeException($"{this}: the input is {x.DType.ShortName()}. Give integers, as in x.To(DType.Int64).");

    /// <inheritdoc/>
    public override string ToString() => $"Embedding({Weight.Shape[0]}, {Weight.Shape[1]})";
}
