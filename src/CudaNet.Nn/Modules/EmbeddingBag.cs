using CudaNet.Nn.Initializers;

namespace CudaNet.Nn;

/// <summary>A table of vectors, looked up by number and folded a bag: the bag of words, whose order is lost.</summary>
/// <remarks>Weight [count, size] starts standard normal, as in PyTorch. An empty bag gives zeros.</remarks>
public sealed class EmbeddingBag : Module
{
    /// <summary>A fresh table.</summary>
    /// <param name="count">Number of vectors.</param>
    /// <param name="size">Length of a vector.</param>
    /// <param name="mode">How the vectors of a bag become one.</param>
    /// <param name="paddingIndex">A number that counts for nothing, whose vector starts as zeros and is not trained; null for none.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    /// <param name="type">Element type of the weights.</param>
    public EmbeddingBag(long count, long size, EmbeddingBagMode mode = EmbeddingBagMode.Mean, long? paddingIndex = null, RandomStream? random = null, DType type = DType.Float32)
    {
        Sizes.Positive(count, "EmbeddingBag", nameof(count));
        Sizes.Positive(size, "EmbeddingBag", nameof(size));
        PaddingIndex = Embedding.CheckPadding(paddingIndex, count, "EmbeddingBag");
        Mode = mode;
        Weight = new(Embedding.Padded(Init.Normal([count, size], random, type: type), PaddingIndex));
    }

    /// <summary>[count, size].</summary>
    public Parameter Weight { get; }

    /// <summary>How the vectors of a bag become one.</summary>
    public EmbeddingBagMode Mode { get; }

    /// <summary>A number that counts for nothing; null for none.</summary>
    public long? PaddingIndex { get; }

    /// <summary>Bags of equal size: integers [bags, numbers] to vectors [bags, size].</summary>
    /// <exception cref="ShapeException">The numbers are not [bags, numbers].</exception>
    /// <exception cref="DTypeException">The numbers are no integers.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank != 2) throw new ShapeException($"{this}: the numbers are {x.Shape}, but must be [bags, numbers]. Bags of different sizes are given one behind the other, with offsets.");
        var (bags, width) = (x.Shape[0], x.Shape[1]);
        return Forward(x.Reshape([bags * width]), Tensor.Arange(0, bags, 1, DType.Int64, x.Device) * width);
    }

    /// <summary>Bags of any size, one behind the other.</summary>
    /// <param name="x">Integers [numbers].</param>
    /// <param name="offsets">Where each bag begins, rising integers [bags], the first 0.</param>
    /// <param name="weights">A factor for each number [numbers], where bags are summed; null for 1.</param>
    /// <returns>[bags, size].</returns>
    /// <exception cref="ShapeException">Shapes do not fit, or weights are given and bags are not summed.</exception>
    /// <exception cref="DTypeException">Numbers or offsets are no integers.</exception>
    public Tensor Forward(Tensor x, Tensor offsets, Tensor? weights = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(offsets);
        if (!x.DType.IsInteger() || !offsets.DType.IsInteger()) throw new DTypeException($"{this}: the numbers are {x.DType.ShortName()} and the offsets {offsets.DType.ShortName()}. Give integers, as in x.To(DType.Int64).");
        if (x.Rank != 1 || offsets.Rank != 1) throw new ShapeException($"{this}: numbers {x.Shape} and offsets {offsets.Shape} must be [numbers] and [bags].");
        if (weights is not null && (Mode != EmbeddingBagMode.Sum || weights.Shape != x.Shape))
            throw new ShapeException($"{this}: weights are {weights.Shape} for numbers {x.Shape}. They must have one shape, and the bags must be summed.");
        var bags = offsets.Shape[0];
        // Bag b holds what lies from its offset to the next: the bag of a place is the number of offsets up to it, minus 1.
        var place = Tensor.Arange(0, x.Shape[0], 1, DType.Int64, x.Device);
        var bag = offsets.To(DType.Int64).SearchSorted(place, right: true) - 1;
        var vectors = Embedding.Rows(Weight, x, PaddingIndex);
        var counts = PaddingIndex is { } padding ? x.Ne(padding).To(Weight.DType) : Tensor.Ones(x.Shape, Weight.DType, Weight.Device);
        if (Mode == EmbeddingBagMode.Max)
        {
            // [bags, numbers, 1]: which vectors a bag holds.
            var holds = (Tensor.Arange(0, bags, 1, DType.Int64, x.Device).Unsqueeze(1).Eq(bag.Unsqueeze(0)) & (counts > 0).Unsqueeze(0)).Unsqueeze(2);
            if (x.Shape[0] == 0) return Tensor.Zeros([bags, Weight.Shape[1]], Weight.DType, Weight.Device);
            var best = holds.Where(vectors.Unsqueeze(0), double.NegativeInfinity).Max(1);
            return best.Eq(double.NegativeInfinity).Where(0, best);
        }
        var factors = weights is null ? counts : counts * weights.To(Weight.DType);
        var sums = Tensor.Zeros([bags, Weight.Shape[1]], Weight.DType, Weight.Device).IndexAdd(bag, vectors * factors.Unsqueeze(1));
        if (Mode == EmbeddingBagMode.Sum) return sums;
        var sizes = Tensor.Zeros([bags], Weight.DType, Weight.Device).IndexAdd(bag, counts);
        return sums / sizes.Maximum(1).Unsqueeze(1);
    }

    /// <inheritdoc/>
    public override string ToString() => $"EmbeddingBag({Weight.Shape[0]}, {Weight.Shape[1]}, {Mode})";
}
