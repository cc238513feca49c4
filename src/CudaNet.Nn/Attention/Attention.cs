using CudaNet.Ops;

namespace CudaNet.Nn;

/// <summary>Attention in all its forms: many, grouped or one head of keys, rotary or biased positions, windows, caches.</summary>
/// <remarks>Vaswani et al. 2017; shared heads by Shazeer 2019 and Ainslie et al. 2023. Scores and weights stay inside of one op.</remarks>
public static class Attention
{
    /// <summary>Attention of projected rows.</summary>
    /// <param name="query">[batch, queries, heads · depth].</param>
    /// <param name="key">[batch, keys, key heads · depth].</param>
    /// <param name="value">[batch, keys, key heads · any].</param>
    /// <param name="form">Heads, positions and what a query may see.</param>
    /// <param name="mask">Broadcasts to [batch, heads, queries, keys]: of Bool, true where a query may look; otherwise added to the scores.</param>
    /// <param name="cache">A layer's cache: key and value are appended to it, and queries see all that it holds.</param>
    /// <returns>[batch, queries, heads · any].</returns>
    /// <exception cref="ShapeException">A size is no multiple of its heads, or shapes do not fit.</exception>
    /// <exception cref="NotSupportedException">The form has blocks, and there is a cache.</exception>
    public static Tensor Of(Tensor query, Tensor key, Tensor value, AttentionForm form, Tensor? mask = null, KvLayer? cache = null)
    {
        ArgumentNullException.ThrowIfNull(form);
        return MergeHeads(OfHeads(SplitHeads(query, form.Heads), SplitHeads(key, form.KvHeads), SplitHeads(value, form.KvHeads), form, mask, cache));
    }

    /// <summary>The same of rows that are split into heads, [batch, heads, length, depth].</summary>
    /// <inheritdoc cref="Of"/>
    public static Tensor OfHeads(Tensor query, Tensor key, Tensor value, AttentionForm form, Tensor? mask = null, KvLayer? cache = null)
    {
        ArgumentNullException.ThrowIfNull(form);
        if (cache is not null && form.Blocks is not null) throw new NotSupportedException("Attention.Of: visible blocks are of a sequence that is there as a whole. Use no cache, or a window.");
        long queries = query.Shape[2], keys = key.Shape[2];
        var own = cache?.Positions(queries);
        if (form.Rotary is { } rotary)
            (query, key) = (rotary.Rotate(query, own ?? Positions(keys - queries, queries, query.Device)), rotary.Rotate(key, own ?? Positions(0, keys, key.Device)));
        var (causal, window) = (form.Causal, form.Window);
        Tensor? keyPositions = null;
        if (form is { Causal: true, Bias: null, Blocks: null, Dropout: 0 } && mask is null && cache?.Attend(query, key, value, form.Window, form.Scale) is { } attended) return attended;
        if (cache is not null)
        {
            var seen = cache.Append(key, value, form.Window);
            (key, value, keyPositions) = (seen.Keys, seen.Values, seen.Positions);
            if (seen.Mask is { } visible)
            {
                mask = Both(visible, mask);
                (causal, window) = (false, null);
            }
        }
        if (form.Bias is { } bias)
        {
            var at = own ?? Positions(key.Shape[2] - queries, queries, query.Device);
            mask = Both(bias.Of(at, keyPositions ?? Positions(0, key.Shape[2], key.Device)), mask);
        }
        return query.ScaledDotProductAttention(key, value, mask, causal, window, form.Scale, form.Blocks, form.Dropout, form.Random);
    }

    /// <summary>Attention of projected rows of sequences of different lengths, which lie one behind the other: each query sees the keys of its own
    /// sequence, and there is no padding.</summary>
    /// <param name="query">[rows, heads · depth].</param>
    /// <param name="key">[key rows, key heads · depth].</param>
    /// <param name="value">[key rows, key heads · any].</param>
    /// <param name="form">Heads, positions and what a query may see; without bias and blocks.</param>
    /// <param name="starts">Integers [sequences + 1]: 0, where each further sequence of queries begins, and the number of rows.</param>
    /// <param name="keyStarts">The same of the keys; those of the queries if null.</param>
    /// <returns>[rows, heads · any].</returns>
    /// <exception cref="ShapeException">A size is no multiple of its heads, or shapes do not fit.</exception>
    /// <exception cref="NotSupportedException">The form has a bias or blocks.</exception>
    public static Tensor OfPacked(Tensor query, Tensor key, Tensor value, AttentionForm form, Tensor starts, Tensor? keyStarts = null)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(starts);
        if (form.Bias is not null || form.Blocks is not null) throw new NotSupportedException("Attention.OfPacked: a bias and visible blocks are for batches of one length. Leave them out, or pad.");
        Tensor Heads(Tensor x, long heads) => SplitHeads(x.Unsqueeze(0), heads);
        var (q, k, v) = (Heads(query, form.Heads), Heads(key, form.KvHeads), Heads(value, form.KvHeads));
        var ends = keyStarts ?? starts;
        if (form.Rotary is { } rotary)
        {
            // A key's position is its place in its sequence; the last query has that of the last key.
            var of = VarlenAttention.SequenceOf(starts, q.Shape[2]);
            var shift = (ends - starts).To(DType.Int64).Take(of + 1, 0) - ends.To(DType.Int64).Take(of, 0);
            q = rotary.Rotate(q, Positions(0, q.Shape[2], query.Device) + shift);
            k = rotary.Rotate(k, Positions(0, k.Shape[2], key.Device) - ends.To(DType.Int64).Take(VarlenAttention.SequenceOf(ends, k.Shape[2]), 0));
        }
        static Tensor Rows(Tensor x) => x.Squeeze(0).Permute(1, 0, 2);
        return Rows(q).VarlenAttention(Rows(k), Rows(v), starts, ends, form.Causal, form.Window, form.Scale, form.Dropout, form.Random).Flatten(1);
    }

    /// <summary>The weights of <see cref="Tensor.ScaledDotProductAttention"/>, [batch, heads, queries, keys]; a row whose query sees nothing is zero.</summary>
    public static Tensor Weights(Tensor query, Tensor key, Tensor? mask = null, bool causal = false, long? window = null, double? scale = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        long batch = query.Shape[0], heads = query.Shape[1], queries = query.Shape[2], keys = key.Shape[2], groups = key.Shape[1];
        var scores = (query.Reshape(batch, groups, heads / groups, queries, query.Shape[3]).MatMul(key.Reshape(key.Shape.Insert(2, 1)).Transpose(3, 4)) * (scale ?? 1 / Math.Sqrt(query.Shape[3])))
            .Reshape(batch, heads, queries, keys);
        if (Visible(queries, keys, causal, window, query.Device) is { } visible) mask = Both(visible, mask);
        if (mask is not null) scores = mask.DType == DType.Bool ? mask.ExpandTo(scores.Shape).Where(scores, double.NegativeInfinity) : scores + mask.To(scores.DType);
        return scores.Softmax();
    }

    /// <summary>Values mixed by weights [batch, heads, queries, keys].</summary>
    public static Tensor Mix(Tensor weights, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(value);
        long batch = weights.Shape[0], heads = weights.Shape[1], queries = weights.Shape[2], groups = value.Shape[1];
        return weights.Reshape(batch, groups, heads / groups, queries, weights.Shape[3]).MatMul(value.Reshape(value.Shape.Insert(2, 1))).Reshape(batch, heads, queries, value.Shape[3]);
    }

    /// <summary>What a causal or windowed query sees, [queries, keys], with the ends of both aligned; null for all.</summary>
    public static Tensor? Visible(long queries, long keys, bool causal, long? window = null, Device? device = null)
    {
        if (!causal && window is null) return null;
        var distance = Tensor.Arange(0, keys, 1, DType.Int64, device) - Tensor.Arange(keys - queries, keys, 1, DType.Int64, device).Unsqueeze(1);
        Tensor? visible = causal ? distance <= 0 : null;
        if (window is not { } far) return visible;
        var near = causal ? distance >= -far : distance.Abs() <= far;
        return visible is null ? near : visible & near;
    }

    /// <summary>[batch, length, heads · depth] as [batch, heads, length, depth].</summary>
    /// <exception cref="ShapeException">The last axis is no multiple of the heads.</exception>
    public static Tensor SplitHeads(Tensor x, long heads)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank != 3 || x.Shape[2] % heads != 0)
            throw new ShapeException($"Attention: {x.Shape} is not [batch, length, size] with a size that {heads} heads divide. Give rank 3, and a size that is a multiple of the heads.");
        return x.Reshape(x.Shape[0], x.Shape[1], heads, x.Shape[2] / heads).Permute(0, 2, 1, 3);
    }

    /// <summary>[batch, heads, length, depth] as [batch, length, heads · depth].</summary>
    public static Tensor MergeHeads(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Permute(0, 2, 1, 3).Reshape(x.Shape[0], x.Shape[2], x.Shape[1] * x.Shape[3]);
    }

    /// <summary>Two masks as one: each of Bool (true where a query may look) or added to the scores; either may be missing.</summary>
    public static Tensor? Both(Tensor? first, Tensor? second)
    {
        if (first is null || second is null) return first ?? second;
        return (first.DType == DType.Bool, second.DType == DType.Bool) switch
        {
            (true, true) => first & second,
            (true, false) => Hidden(first, second),
            (false, true) => Hidden(second, first),
            _ => first + second,
        };
    }

    private static Tensor Hidden(Tensor visible, Tensor bias)
    {
        var shape = Shape.Broadcast(visible.Shape, bias.Shape, "Attention");
        return visible.ExpandTo(shape).Where(bias.ExpandTo(shape), double.NegativeInfinity);
    }

    private static Tensor Positions(long first, long count, Device device) => Tensor.Arange(first, first + count, 1, DType.Int64, device);
}
