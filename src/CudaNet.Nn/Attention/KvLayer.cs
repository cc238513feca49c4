namespace CudaNet.Nn;

/// <summary>The part of a cache that belongs to one layer of a model.</summary>
public sealed class KvLayer
{
    private readonly KvCache _cache;

    internal KvLayer(KvCache cache, int layer) => (_cache, Number) = (cache, layer);

    /// <summary>Number of the layer.</summary>
    public int Number { get; }

    /// <summary>Positions of the next tokens, Int64 [batch, count].</summary>
    public Tensor Positions(long count) => _cache.Positions(count);

    /// <summary>Adds keys and values [batch, heads, count, depth] behind what is there.</summary>
    /// <param name="keys">The keys, turned by their positions already.</param>
    /// <param name="values">The values; the keys again where the cache holds one latent row for both.</param>
    /// <param name="window">Farthest key that a query sees; null for all.</param>
    /// <returns>What the queries of these positions see.</returns>
    /// <exception cref="ShapeException">The rows are not those of this cache.</exception>
    /// <exception cref="CacheException">The cache is full.</exception>
    public KvView Append(Tensor keys, Tensor values, long? window = null) => _cache.Append(Number, keys, values, window);

    /// <summary>Adds keys and values, and gives the attention of their queries to all that the layer then holds, read where it lies; null, with
    /// nothing added, where that is not the faster way: for many queries.</summary>
    /// <param name="query">[batch, heads, count, depth].</param>
    /// <param name="keys">[batch, key heads, count, depth].</param>
    /// <param name="values">[batch, key heads, count, any]; the first numbers of the keys where the cache holds one latent row for both.</param>
    /// <param name="window">Farthest key that a query sees; null for all.</param>
    /// <param name="scale">Factor of the scores; null for 1/√depth.</param>
    public Tensor? Attend(Tensor query, Tensor keys, Tensor values, long? window = null, double? scale = null) => _cache.Attend(Number, query, keys, values, window, scale);
}
