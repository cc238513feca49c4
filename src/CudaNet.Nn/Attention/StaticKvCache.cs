namespace CudaNet.Nn;

/// <summary>A cache with a place for each token, [batch, heads, capacity, depth]: of a fixed capacity, or growing by doubling.</summary>
public sealed class StaticKvCache : KvCache
{
    private const long Step = 64; // queries look at whole steps of this many places, so that one plan serves many lengths

    private readonly bool _grows;
    private readonly KvStorage _storage;
    private readonly List<KvPlane> _keys = [], _values = [];

    /// <summary>A cache.</summary>
    /// <param name="shape">What is kept of a token.</param>
    /// <param name="batch">Rows.</param>
    /// <param name="capacity">Tokens a row.</param>
    /// <param name="grows">True for more where they are needed; false for an error.</param>
    /// <param name="storage">Element type.</param>
    /// <param name="device">Where; the default device if null.</param>
    public StaticKvCache(KvShape shape, long batch, long capacity, bool grows = false, KvStorage storage = KvStorage.Float32, Device? device = null) : base(shape, batch, device)
    {
        (Capacity, _grows, _storage) = (Sizes.Positive(capacity, "KvCache", nameof(capacity)), grows, storage);
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            _keys.Add(new([batch, shape.Heads, capacity, shape.KeyDepth], storage, device));
            if (shape.ValueDepth > 0) _values.Add(new([batch, shape.Heads, capacity, shape.ValueDepth], storage, device));
        }
    }

    /// <summary>Tokens that a row has place for.</summary>
    public long Capacity { get; private set; }

    /// <inheritdoc/>
    public override long Bytes => _keys.Concat(_values).Sum(plane => plane.Bytes);

    /// <inheritdoc/>
    public override (long Capacity, long Span, bool IsEmpty) Signature(long count) => (Capacity, Span(count), Length == 0);

    /// <inheritdoc/>
    public override void Reserve(long count)
    {
        if (Length + count <= Capacity) return;
        if (!_grows) throw new CacheException($"KvCache: {Length} + {count} tokens for a capacity of {Capacity}. Make a larger cache, or one that grows.");
        while (Capacity < Length + count) Capacity *= 2;
        foreach (var planes in new[] { _keys, _values })
            for (var layer = 0; layer < planes.Count; layer++) planes[layer] = planes[layer].Longer(2, Capacity);
    }

    internal override KvView Append(int layer, Tensor keys, Tensor values, long? window)
    {
        var count = keys.Shape[2];
        var positions = Write(layer, keys, values);
        // The first tokens see one another only: what is at hand need not be read back.
        if (Length == 0 && _storage == KvStorage.Float32) return new(keys, values, null, null);
        var span = Span(count);
        var seen = _keys[layer].Read(x => x.Narrow(2, 0, span));
        var at = Tensor.Arange(0, span, 1, DType.Int64, Device);
        return new(seen, _values.Count > 0 ? _values[layer].Read(x => x.Narrow(2, 0, span)) : seen, Sight(positions, at, window), at);
    }

    internal override Tensor? Attend(int layer, Tensor query, Tensor keys, Tensor values, long? window, double? scale)
    {
        if (query.Shape[2] > FewQueries || (Length == 0 && _storage == KvStorage.Float32)) return null;
        Write(layer, keys, values);
        return AttendRows(query, _keys[layer], _values.ElementAtOrDefault(layer), values.Shape[3], window, scale);
    }

    /// <summary>Writes the next tokens; gives their positions.</summary>
    private Tensor Write(int layer, Tensor keys, Tensor values)
    {
        Check(keys, values);
        var count = keys.Shape[2];
        Reserve(count);
        var positions = Positions(count);
        var places = positions.Reshape(Batch, 1, count, 1);
        _keys[layer].Write(places, keys, 2);
        if (_values.Count > 0) _values[layer].Write(places, values, 2);
        return positions;
    }

    /// <summary>What queries at positions [batch, count] see of keys at positions [keys] or [batch, keys].</summary>
    internal static Tensor Sight(Tensor queries, Tensor keys, long? window)
    {
        var distance = Distances.Of(queries, keys);
        var visible = distance <= 0;
        return (window is { } far ? visible & (distance >= -far) : visible).Unsqueeze(1);
    }

    private protected override void Rearrange(ReadOnlySpan<long> rows)
    {
        var from = Tensor.From(rows, [Batch], Device);
        foreach (var plane in _keys.Concat(_values)) plane.Rearrange(x => x.Take(from, 0));
    }

    private long Span(long count) => Math.Min(Capacity, (Length + count + Step - 1) / Step * Step);
}
