namespace CudaNet.Nn;

/// <summary>A cache for attention with a window: a ring of the last tokens, however many were seen.</summary>
public sealed class SlidingKvCache : KvCache
{
    private readonly List<KvPlane> _keys = [], _values = [];

    /// <summary>A cache.</summary>
    /// <param name="shape">What is kept of a token.</param>
    /// <param name="batch">Rows.</param>
    /// <param name="window">Tokens that a query sees, its own included.</param>
    /// <param name="storage">Element type.</param>
    /// <param name="device">Where; the default device if null.</param>
    public SlidingKvCache(KvShape shape, long batch, long window, KvStorage storage = KvStorage.Float32, Device? device = null) : base(shape, batch, device)
    {
        Window = Sizes.Positive(window, "KvCache", nameof(window));
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            _keys.Add(new([batch, shape.Heads, window, shape.KeyDepth], storage, device));
            if (shape.ValueDepth > 0) _values.Add(new([batch, shape.Heads, window, shape.ValueDepth], storage, device));
        }
    }

    /// <summary>Tokens that a query sees, its own included.</summary>
    public long Window { get; }

    /// <inheritdoc/>
    public override long Bytes => _keys.Concat(_values).Sum(plane => plane.Bytes);

    /// <inheritdoc/>
    public override (long Capacity, long Span, bool IsEmpty) Signature(long count) => (Window, Window + count, false);

    /// <inheritdoc/>
    public override void Reserve(long count) { }

    internal override Tensor? Attend(int layer, Tensor query, Tensor keys, Tensor values, long? window, double? scale)
    {
        // A token that is written over the farthest one sees all that the ring then holds, in whatever order.
        if (query.Shape[2] != 1 || window + 1 != Window) return null;
        Check(keys, values);
        Write(layer, Positions(1), keys, values);
        return AttendRows(query, _keys[layer], _values.ElementAtOrDefault(layer), values.Shape[3], null, scale, Window);
    }

    internal override KvView Append(int layer, Tensor keys, Tensor values, long? window)
    {
        Check(keys, values);
        if (window is not { } far || far + 1 > Window)
            throw new CacheException($"KvCache: a ring of {Window} tokens for attention that sees {(window is null ? "all" : $"{window + 1}")}. Use it with a window of at most {Window - 1} positions, or take another cache.");
        var count = keys.Shape[2];
        var positions = Positions(count);
        // Place s of the ring holds the last position below the present one that is s modulo the ring's size; below 0 is none.
        var last = positions.Narrow(1, 0, 1) - 1;
        var places = Tensor.Arange(0, Window, 1, DType.Int64, Device);
        var held = last - (last - places) % Window;
        Tensor Joined(KvPlane plane, Tensor fresh) => Tensor.Concat([plane.Read(x => x), fresh], 2);
        var seenKeys = Joined(_keys[layer], keys);
        var seenValues = _values.Count > 0 ? Joined(_values[layer], values) : seenKeys;
        var at = Tensor.Concat([held, positions], 1);
        var mask = StaticKvCache.Sight(positions, at, window) & (at >= 0).Reshape(Batch, 1, 1, Window + count);
        var kept = Math.Min(count, Window);
        Write(layer, positions.Narrow(1, count - kept, kept), keys.Narrow(2, count - kept, kept), values.Narrow(2, count - kept, kept));
        return new(seenKeys, seenValues, mask, at);
    }

    /// <summary>Writes tokens to their places in the ring.</summary>
    private void Write(int layer, Tensor positions, Tensor keys, Tensor values)
    {
        var into = (positions % Window).Reshape(Batch, 1, positions.Shape[1], 1);
        _keys[layer].Write(into, keys, 2);
        if (_values.Count > 0) _values[layer].Write(into, values, 2);
    }

    private protected override void Rearrange(ReadOnlySpan<long> rows)
    {
        var from = Tensor.From(rows, [Batch], Device);
        foreach (var plane in _keys.Concat(_values)) plane.Rearrange(x => x.Take(from, 0));
    }
}
