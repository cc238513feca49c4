namespace CudaNet.Nn;

/// <summary>Relative position bias: distances fall into buckets, near ones into one each and far ones into wider and wider ones, and each
/// bucket and head has a learned number that is added to the score.</summary>
/// <remarks>Raffel et al. 2020 (T5). Parameter: weight [buckets, heads].</remarks>
public sealed class RelativeBias : Module, IPositionBias
{
    /// <summary>A table with fresh numbers.</summary>
    /// <param name="heads">Heads.</param>
    /// <param name="buckets">Number of buckets.</param>
    /// <param name="maxDistance">Distance from which on all share the last bucket.</param>
    /// <param name="bidirectional">True where keys behind the query are seen too and have half of the buckets.</param>
    /// <param name="random">Where the numbers come from; the default stream if null.</param>
    public RelativeBias(long heads, int buckets = 32, int maxDistance = 128, bool bidirectional = true, RandomStream? random = null)
    {
        Sizes.Positive(heads, "RelativeBias", nameof(heads));
        if (buckets < 4 || buckets % 2 != 0 || maxDistance <= buckets / 2)
            throw new ArgumentException($"RelativeBias: {buckets} buckets up to distance {maxDistance}. Give an even number of 4 or more, and a distance beyond half of them.", nameof(buckets));
        (Buckets, MaxDistance, IsBidirectional) = (buckets, maxDistance, bidirectional);
        Weight = new(Initializers.Init.Normal([buckets, heads], random, 0, 0.1));
    }

    /// <summary>[buckets, heads].</summary>
    public Parameter Weight { get; }

    /// <summary>Number of buckets.</summary>
    public int Buckets { get; }

    /// <summary>Distance from which on all share the last bucket.</summary>
    public int MaxDistance { get; }

    /// <summary>True where keys behind the query have buckets of their own.</summary>
    public bool IsBidirectional { get; }

    /// <summary>The bucket of each distance (position of the key − that of the query).</summary>
    public Tensor BucketOf(Tensor distance)
    {
        ArgumentNullException.ThrowIfNull(distance);
        var half = IsBidirectional ? Buckets / 2 : Buckets;
        var side = IsBidirectional ? (distance > 0).To(DType.Int64) * half : distance.ZerosLike();
        var far = IsBidirectional ? distance.Abs() : (-distance).Maximum(0);
        var exact = half / 2;
        // The least value of a bucket must not fall below it by the rounding of logarithms.
        var wide = (far.Maximum(1).To(DType.Float64) / exact).Log() * ((half - exact) / Math.Log((double)MaxDistance / exact)) + 1e-9;
        return side + (far < exact).Where(far, (wide.Floor().To(DType.Int64) + exact).Minimum(half - 1));
    }

    /// <inheritdoc/>
    public Tensor Of(Tensor queries, Tensor keys) => Forward(Distances.Of(queries, keys));

    /// <summary>Distances [batch, queries, keys] to biases [batch, heads, queries, keys].</summary>
    public override Tensor Forward(Tensor x) => Weight.Value.Take(BucketOf(x), 0).Permute(0, 3, 1, 2);

    /// <inheritdoc/>
    public override string ToString() => $"RelativeBias({Buckets} buckets, {Weight.Shape[1]} heads)";
}
