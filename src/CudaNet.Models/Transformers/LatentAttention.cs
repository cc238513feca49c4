using CudaNet.Nn;

namespace CudaNet.Models.Transformers;

/// <summary>Multi-head latent attention: keys and values of all heads come from one short latent row a token, beside a rotary key that the heads share.</summary>
/// <remarks>DeepSeek-AI 2024 (V2). With row vectors c = h·W_DKV, K = c·W_UK, V = c·W_UV. A cache holds the latent row and the rotary key; then
/// queries are multiplied by W_UK and results by W_UV, so that no key or value is ever made (the absorbed form). Names are those of Hugging Face's
/// <c>DeepseekV2Attention</c>.</remarks>
public sealed class LatentAttention : Module
{
    /// <summary>A layer with fresh weights.</summary>
    /// <param name="size">Size of a row.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="latent">Size of the latent row of keys and values (d_c).</param>
    /// <param name="queryLatent">Size of the latent row of queries; 0 for queries directly from the row.</param>
    /// <param name="depth">Size of a head's key without positions, and of its value.</param>
    /// <param name="rotaryDepth">Size of the rotary part (d_R), an even number.</param>
    /// <param name="rotaryBase">Base of the rotary frequencies.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    public LatentAttention(long size, long heads, long latent, long queryLatent, long depth, long rotaryDepth, double rotaryBase = 10000, RandomStream? random = null)
    {
        (Heads, Latent, Depth, Rotary) = (heads, latent, depth, new(rotaryDepth, rotaryBase, interleaved: true));
        if (queryLatent > 0)
        {
            QAProj = new(size, queryLatent, false, random);
            QALayernorm = new([queryLatent], 1e-6);
            QBProj = new(queryLatent, heads * (depth + rotaryDepth), false, random);
        }
        else QProj = new(size, heads * (depth + rotaryDepth), false, random);
        KvAProj = new(size, latent + rotaryDepth, false, random);
        KvALayernorm = new([latent], 1e-6);
        KvBProj = new(latent, heads * 2 * depth, false, random);
        OProj = new(heads * depth, size, false, random);
    }

    /// <summary>Heads.</summary>
    public long Heads { get; }

    /// <summary>Size of the latent row.</summary>
    public long Latent { get; }

    /// <summary>Size of a head's key without positions, and of its value.</summary>
    public long Depth { get; }

    /// <summary>The rotary part.</summary>
    public Rotary Rotary { get; }

    /// <summary>What a cache keeps of a token in one layer.</summary>
    public KvShape CacheShape => new(1, 1, Latent + Rotary.Depth, 0);

    /// <summary>Queries directly; null where they have a latent row.</summary>
    public Linear? QProj { get; }

    /// <summary>To the latent row of queries.</summary>
    [StateName("q_a_proj")] public Linear? QAProj { get; }

    /// <summary>Its normalisation.</summary>
    [StateName("q_a_layernorm")] public RMSNorm? QALayernorm { get; }

    /// <summary>From it to the queries.</summary>
    [StateName("q_b_proj")] public Linear? QBProj { get; }

    /// <summary>To latent row and rotary key.</summary>
    [StateName("kv_a_proj_with_mqa")] public Linear KvAProj { get; }

    /// <summary>Normalisation of the latent row.</summary>
    [StateName("kv_a_layernorm")] public RMSNorm KvALayernorm { get; }

    /// <summary>From the latent row to keys and values, [heads · (key, value), latent].</summary>
    [StateName("kv_b_proj")] public Linear KvBProj { get; }

    /// <summary>What joins the heads.</summary>
    public Linear OProj { get; }

    private double Scale => 1 / Math.Sqrt(Depth + Rotary.Depth);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Forward(x, null);

    /// <summary>Rows [batch, length, size] to the same, causal: expanded without a cache, absorbed with one.</summary>
    public Tensor Forward(Tensor x, KvLayer? cache)
    {
        ArgumentNullException.ThrowIfNull(x);
        var length = x.Shape[1];
        var positions = cache?.Positions(length) ?? Tensor.Arange(0, length, 1, DType.Int64, x.Device);
        var queries = Attention.SplitHeads(QProj?.Forward(x) ?? QBProj!.Forward(QALayernorm!.Forward(QAProj!.Forward(x))), Heads); // [b, h, s, d + r]
        Tensor plain = queries.Narrow(3, 0, Depth), turned = Rotary.Rotate(queries.Narrow(3, Depth, Rotary.Depth), positions);
        var parts = KvAProj.Forward(x);
        var latent = KvALayernorm.Forward(parts.Narrow(2, 0, Latent)); // [b, s, c]
        var shared = Rotary.Rotate(parts.Narrow(2, Latent, Rotary.Depth).Unsqueeze(1), positions); // [b, 1, s, r]
        return OProj.Forward(Attention.MergeHeads(cache is null ? Expanded(plain, turned, latent, shared) : Absorbed(plain, turned, latent, shared, cache)));
    }

    private Tensor Expanded(Tensor plain, Tensor turned, Tensor latent, Tensor shared)
    {
        var both = Attention.SplitHeads(KvBProj.Forward(latent), Heads); // [b, h, s, 2d]
        var keys = Tensor.Concat([both.Narrow(3, 0, Depth), shared.ExpandTo(turned.Shape)], 3);
        return Tensor.Concat([plain, turned], 3).ScaledDotProductAttention(keys, both.Narrow(3, Depth, Depth), causal: true, scale: Scale);
    }

    private Tensor Absorbed(Tensor plain, Tensor turned, Tensor latent, Tensor shared, KvLayer cache)
    {
        var row = Tensor.Concat([latent.Unsqueeze(1), shared], 3);
        var weight = KvBProj.Weight.Value.Reshape(Heads, 2 * Depth, Latent);
        // q·(c·W_UK)ᵀ = (q·W_UKᵀ)·cᵀ: the latent row is key and value of all heads.
        var queries = Tensor.Concat([plain.MatMul(weight.Narrow(1, 0, Depth)), turned], 3);
        var mixed = cache.Attend(queries, row, row.Narrow(3, 0, Latent), scale: Scale) ?? Gathered(queries, cache.Append(row, row));
        return mixed.MatMul(weight.Narrow(1, Depth, Depth).Transpose(1, 2));
    }

    private Tensor Gathered(Tensor queries, KvView seen) =>
        queries.ScaledDotProductAttention(seen.Keys, seen.Keys.Narrow(3, 0, Latent), seen.Mask, causal: seen.Mask is null, scale: Scale);

    /// <inheritdoc/>
    public override string ToString() => $"LatentAttention({Heads} heads of {Depth}, latent {Latent} + {Rotary.Depth})";
}
