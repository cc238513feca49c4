namespace CudaNet.Nn;

/// <summary>Keys and values of the tokens that a decoder has seen, for all its layers, so that a new token costs its own work only.</summary>
/// <remarks>Rows of a batch may be of different lengths. A pass through the model appends to each layer; then the caller says how many tokens
/// that were, by <see cref="Advance(long)"/>. Inside of a compiled function rows are written where they lie. Such a function depends on
/// <see cref="Signature"/>.</remarks>
public abstract class KvCache
{
    /// <summary>More queries than these are worth a look at keys that are gathered.</summary>
    private protected const long FewQueries = 8;

    private readonly long[] _lengths;
    private readonly State _positions;

    private protected KvCache(KvShape shape, long batch, Device? device)
    {
        if (shape.Layers < 1 || shape.Heads < 1 || shape.KeyDepth < 1 || shape.ValueDepth < 0 || batch < 1)
            throw new ShapeException($"KvCache: {shape} for {batch} rows. Layers, heads, depth and rows must be 1 or more.");
        (Shape, Batch, Device) = (shape, batch, device ?? Device.Default);
        _lengths = new long[batch];
        _positions = new(Tensor.Zeros([batch], DType.Int64, Device).Realize());
    }

    /// <summary>What is kept of a token.</summary>
    public KvShape Shape { get; }

    /// <summary>Rows.</summary>
    public long Batch { get; }

    /// <summary>Where it lies.</summary>
    public Device Device { get; }

    /// <summary>Tokens seen so far by each row.</summary>
    public IReadOnlyList<long> Lengths => _lengths;

    /// <summary>Tokens seen so far by the longest row.</summary>
    public long Length => _lengths.Max();

    /// <summary>Bytes that keys and values take now, what is reserved and not yet used included.</summary>
    public abstract long Bytes { get; }

    /// <summary>The part of a layer.</summary>
    public KvLayer this[int layer] => layer >= 0 && layer < Shape.Layers ? new(this, layer)
        : throw new CacheException($"KvCache: layer {layer} of a cache with {Shape.Layers}. Use a cache that was made for this model.");

    /// <summary>What a compiled function that appends so many tokens depends on, beside the types of its arguments.</summary>
    public abstract (long Capacity, long Span, bool IsEmpty) Signature(long count);

    /// <summary>Makes room for so many more tokens of each row, outside of a compiled function.</summary>
    /// <exception cref="CacheException">There is none.</exception>
    public abstract void Reserve(long count);

    /// <summary>Positions of the next tokens, Int64 [batch, count].</summary>
    public Tensor Positions(long count) => _positions.Value.Unsqueeze(1) + Tensor.Arange(0, count, 1, DType.Int64, Device);

    /// <summary>Says that so many tokens of each row were appended.</summary>
    public void Advance(long count)
    {
        for (var row = 0; row < _lengths.Length; row++) _lengths[row] += count;
        Publish();
    }

    /// <summary>Says how many tokens of each row count; what was appended behind them is written over later.</summary>
    public void SetLengths(ReadOnlySpan<long> lengths)
    {
        if (lengths.Length != Batch) throw new CacheException($"KvCache: {lengths.Length} lengths for {Batch} rows. Give one a row.");
        foreach (var length in lengths) ArgumentOutOfRangeException.ThrowIfNegative(length);
        lengths.CopyTo(_lengths);
        Publish();
    }

    /// <summary>Forgets all tokens.</summary>
    public virtual void Clear() => SetLengths(new long[Batch]);

    /// <summary>Gives row k what row rows[k] has, for beams.</summary>
    public void Reorder(ReadOnlySpan<long> rows)
    {
        if (rows.Length != Batch) throw new CacheException($"KvCache.Reorder: {rows.Length} numbers for {Batch} rows. Give one a row.");
        Rearrange(rows);
        SetLengths([.. rows.ToArray().Select(row => _lengths[row])]);
    }

    internal abstract KvView Append(int layer, Tensor keys, Tensor values, long? window);

    /// <summary>Appends, and attends where keys and values lie; null, with nothing appended, where that is not the faster way.</summary>
    internal virtual Tensor? Attend(int layer, Tensor query, Tensor keys, Tensor values, long? window, double? scale) => null;

    /// <summary>Attention of the newest queries to what planes hold, as they hold it.</summary>
    /// <param name="query">[batch, heads, count, depth].</param>
    /// <param name="keys">Keys.</param>
    /// <param name="values">Values; null where they are the first numbers of the keys.</param>
    /// <param name="valueDepth">Numbers of a value.</param>
    /// <param name="pages">Views a plane as [pages, heads, rows, depth].</param>
    /// <param name="table">Pages of each row, [batch, pages].</param>
    /// <param name="window">Farthest key that a query sees; null for all.</param>
    /// <param name="scale">Factor of the scores; null for 1/√depth.</param>
    /// <param name="most">Tokens that a row holds at most; null for all that were seen.</param>
    private protected Tensor AttendPages(Tensor query, KvPlane keys, KvPlane? values, long valueDepth, Func<Tensor, Tensor> pages, Tensor table, long? window, double? scale, long? most = null)
    {
        Tensor? Scales(KvPlane plane) => plane.Scale is { } scales ? pages(scales.Value) : null;
        var lengths = _positions.Value + query.Shape[2];
        if (most is { } limit) lengths = lengths.Minimum(limit);
        return query.CachedAttention(pages(keys.Data.Value), pages((values ?? keys).Data.Value).Narrow(3, 0, valueDepth), table, lengths, window, scale, Scales(keys), Scales(values ?? keys));
    }

    /// <summary>The same where each row has one page, of its own.</summary>
    private protected Tensor AttendRows(Tensor query, KvPlane keys, KvPlane? values, long valueDepth, long? window, double? scale, long? most = null) =>
        AttendPages(query, keys, values, valueDepth, x => x, Tensor.Arange(0, Batch, 1, DType.Int32, Device).Unsqueeze(1), window, scale, most);

    private protected abstract void Rearrange(ReadOnlySpan<long> rows);

    private protected void Check(Tensor keys, Tensor values)
    {
        if (keys.Rank != 4 || keys.Shape[0] != Batch || keys.Shape[1] != Shape.Heads || keys.Shape[3] != Shape.KeyDepth || (Shape.ValueDepth > 0 && values.Shape != keys.Shape.With(3, Shape.ValueDepth)))
            throw new ShapeException($"KvCache: keys {keys.Shape} and values {values.Shape} for {Batch} rows of {Shape.Heads} heads with keys of {Shape.KeyDepth} and values of {Shape.ValueDepth}. Use a cache that was made for this model and batch.");
    }

    private void Publish() => _positions.Assign(Tensor.From(_lengths, [Batch], Device));
}
