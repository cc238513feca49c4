using CudaNet.Nn.Initializers;

namespace CudaNet.Nn;

/// <summary>Multi-head attention: queries, keys and values are projected, each head attends on its own part, and the heads' results are
/// projected together.</summary>
/// <remarks>Vaswani et al. 2017. Names and first weights are those of PyTorch's <c>MultiheadAttention</c> with <c>batch_first</c>: in_proj_weight
/// [3 · size, size], or q_proj_weight, k_proj_weight and v_proj_weight where keys or values have another size. Unlike there, a query that sees
/// nothing gives zeros behind its weights, not NaN.</remarks>
public sealed class MultiHeadAttention : Module
{
    private readonly RandomStream? _random;

    /// <summary>A layer with fresh weights.</summary>
    /// <param name="embedDim">Size of queries and results.</param>
    /// <param name="heads">Number of heads; it divides the size.</param>
    /// <param name="dropout">Share of the weights that are dropped in training.</param>
    /// <param name="bias">False for none.</param>
    /// <param name="kdim">Size of the keys; that of the queries if null.</param>
    /// <param name="vdim">Size of the values; that of the queries if null.</param>
    /// <param name="random">Where weights and dropout come from; the default stream if null.</param>
    /// <exception cref="ShapeException">The heads do not divide the size.</exception>
    public MultiHeadAttention(long embedDim, long heads, double dropout = 0, bool bias = true, long? kdim = null, long? vdim = null, RandomStream? random = null)
    {
        (EmbedDim, Heads, Dropout, _random) = (Sizes.Positive(embedDim, "MultiHeadAttention", nameof(embedDim)), Sizes.Positive(heads, "MultiHeadAttention", nameof(heads)), dropout, random);
        if (embedDim % heads != 0) throw new ShapeException($"MultiHeadAttention: {heads} heads do not divide the size {embedDim}. Give a divisor of it.");
        if ((kdim ?? embedDim) == embedDim && (vdim ?? embedDim) == embedDim) InProjWeight = new(Init.XavierUniform([3 * embedDim, embedDim], random));
        else
        {
            QProjWeight = new(Init.XavierUniform([embedDim, embedDim], random));
            KProjWeight = new(Init.XavierUniform([embedDim, kdim ?? embedDim], random));
            VProjWeight = new(Init.XavierUniform([embedDim, vdim ?? embedDim], random));
        }
        if (bias) InProjBias = new(Tensor.Zeros([3 * embedDim]));
        OutProj = new(embedDim, embedDim, bias, random);
        OutProj.Bias?.Assign(Tensor.Zeros([embedDim]));
    }

    /// <summary>The three projections one below the other, [3 · size, size]; null where sizes differ.</summary>
    public Parameter? InProjWeight { get; }

    /// <summary>[size, size]; null where one weight holds all three.</summary>
    public Parameter? QProjWeight { get; }

    /// <summary>[size, kdim]; null where one weight holds all three.</summary>
    public Parameter? KProjWeight { get; }

    /// <summary>[size, vdim]; null where one weight holds all three.</summary>
    public Parameter? VProjWeight { get; }

    /// <summary>[3 · size]; null for none.</summary>
    public Parameter? InProjBias { get; }

    /// <summary>What joins the heads.</summary>
    public Linear OutProj { get; }

    /// <summary>Size of queries and results.</summary>
    public long EmbedDim { get; }

    /// <summary>Number of heads.</summary>
    public long Heads { get; }

    /// <summary>Share of the weights that are dropped in training.</summary>
    public double Dropout { get; }

    /// <summary>Self-attention without a mask.</summary>
    public override Tensor Forward(Tensor x) => Forward(x, x, x);

    /// <summary>Attention of queries to keys and values.</summary>
    /// <param name="query">[batch, queries, size].</param>
    /// <param name="key">[batch, keys, kdim].</param>
    /// <param name="value">[batch, keys, vdim].</param>
    /// <param name="keyPaddingMask">Bool [batch, keys], <b>true where a key is padding</b>, or numbers that are added, as in PyTorch.</param>
    /// <param name="attentionMask">Broadcasts to [batch, heads, queries, keys]: Bool, <b>true where a query must not look</b>, or numbers that are added, as in PyTorch.</param>
    /// <param name="causal">A query sees no key behind its own position.</param>
    /// <returns>[batch, queries, size].</returns>
    public Tensor Forward(Tensor query, Tensor key, Tensor value, Tensor? keyPaddingMask = null, Tensor? attentionMask = null, bool causal = false)
    {
        var (q, k, v) = Project(query, key, value);
        return Join(q.ScaledDotProductAttention(k, v, Mask(keyPaddingMask, attentionMask), causal, dropout: IsTraining ? Dropout : 0, random: _random));
    }

    /// <summary>The same with the weights, [batch, heads, queries, keys], to be looked at.</summary>
    /// <inheritdoc cref="Forward(Tensor, Tensor, Tensor, Tensor?, Tensor?, bool)"/>
    public (Tensor Output, Tensor Weights) Attend(Tensor query, Tensor key, Tensor value, Tensor? keyPaddingMask = null, Tensor? attentionMask = null, bool causal = false)
    {
        var (q, k, v) = Project(query, key, value);
        var weights = Attention.Weights(q, k, Mask(keyPaddingMask, attentionMask), causal);
        var used = IsTraining && Dropout > 0 ? weights.Dropout(Dropout, _random ?? RandomStream.Default) : weights;
        return (Join(Attention.Mix(used, v)), weights);
    }

    /// <inheritdoc/>
    public override string ToString() => $"MultiHeadAttention({EmbedDim}, {Heads} heads)";

    private Tensor Join(Tensor heads) => OutProj.Forward(Attention.MergeHeads(heads));

    private static Tensor? Mask(Tensor? padding, Tensor? attention)
    {
        static Tensor Seen(Tensor mask) => mask.DType == DType.Bool ? ~mask : mask;
        return Attention.Both(padding is null ? null : Seen(padding.Unsqueeze(1).Unsqueeze(1)), attention is null ? null : Seen(attention));
    }

    private (Tensor Query, Tensor Key, Tensor Value) Project(Tensor query, Tensor key, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        if (query.Rank != 3 || key.Rank != 3 || value.Rank != 3 || query.Shape[2] != EmbedDim || key.Shape[0] != query.Shape[0] || value.Shape[0] != key.Shape[0] || value.Shape[1] != key.Shape[1])
            throw new ShapeException($"{this}: queries {query.Shape}, keys {key.Shape} and values {value.Shape} must be [batch, queries, {EmbedDim}], [batch, keys, size] and [batch, keys, size].");
        if (InProjWeight is { } packed && ReferenceEquals(query, key) && ReferenceEquals(key, value))
        {
            // One product for all three.
            var parts = Linear.Apply(query, packed, InProjBias?.Value);
            return (Part(parts, 0), Part(parts, 1), Part(parts, 2));
        }
        Tensor Weight(int part) => InProjWeight is { } all ? all.Value.Narrow(0, part * EmbedDim, EmbedDim) : (part switch { 0 => QProjWeight, 1 => KProjWeight, _ => VProjWeight })!.Value;
        Tensor Projected(Tensor x, int part) => Attention.SplitHeads(Linear.Apply(x, Weight(part), InProjBias?.Value.Narrow(0, part * EmbedDim, EmbedDim)), Heads);
        return (Projected(query, 0), Projected(key, 1), Projected(value, 2));
    }

    private Tensor Part(Tensor parts, int part) => Attention.SplitHeads(parts.Narrow(2, part * EmbedDim, EmbedDim), Heads);
}
