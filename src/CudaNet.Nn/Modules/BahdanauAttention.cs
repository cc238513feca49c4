namespace CudaNet.Nn;

/// <summary>Additive attention: scores e = vᵀ·tanh(W·s + U·h), weights α = softmax(e) over the steps, context Σ α·h.</summary>
/// <remarks>Bahdanau, Cho, Bengio 2015. Without a query s it is the attention that pools a sequence to one vector.</remarks>
public sealed class BahdanauAttention : Module
{
    /// <summary>An attention with fresh weights.</summary>
    /// <param name="querySize">Values of a query s.</param>
    /// <param name="keySize">Values of a step h.</param>
    /// <param name="units">Length of v.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    /// <param name="type">Element type of the weights.</param>
    public BahdanauAttention(long querySize, long keySize, long units, RandomStream? random = null, DType type = DType.Float32)
    {
        Query = new(querySize, units, bias: false, random, type);
        Key = new(keySize, units, bias: true, random, type);
        Score = new(units, 1, bias: false, random, type);
    }

    /// <summary>W.</summary>
    public Linear Query { get; }

    /// <summary>U, with a bias.</summary>
    public Linear Key { get; }

    /// <summary>v.</summary>
    public Linear Score { get; }

    /// <summary>Pools [batch, time, key] to [batch, key] without a query.</summary>
    public override Tensor Forward(Tensor x) => Forward(null, x).Context;

    /// <summary>What a query sees of the steps.</summary>
    /// <param name="query">s, [batch, query]; null for none.</param>
    /// <param name="keys">h, [batch, time, key].</param>
    /// <param name="mask">[batch, time] of Bool, true where a step may be looked at; null for all. Where none may, weights and context are 0.</param>
    /// <param name="projected">U·h from <see cref="Project"/>, so that it is computed once for all queries; null to compute it.</param>
    /// <returns>The context [batch, key], and the weights [batch, time], which add up to 1.</returns>
    /// <exception cref="ShapeException">Shapes do not fit.</exception>
    public (Tensor Context, Tensor Weights) Forward(Tensor? query, Tensor keys, Tensor? mask = null, Tensor? projected = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Rank != 3 || keys.Shape[2] != Key.InFeatures) throw new ShapeException($"{this}: keys are {keys.Shape}, but must be [batch, time, {Key.InFeatures}].");
        var (batch, time) = (keys.Shape[0], keys.Shape[1]);
        if (query is not null && query.Shape != new Shape(batch, Query.InFeatures)) throw new ShapeException($"{this}: the query is {query.Shape}; for keys {keys.Shape} it must be [{batch}, {Query.InFeatures}].");
        if (mask is not null && (mask.DType != DType.Bool || mask.Shape != new Shape(batch, time)))
            throw new ShapeException($"{this}: the mask is {mask.DType.ShortName()}{mask.Shape}; for keys {keys.Shape} it must be bool[{batch}, {time}].");
        projected ??= Project(keys);
        if (projected.Shape != new Shape(batch, time, Key.OutFeatures)) throw new ShapeException($"{this}: projected is {projected.Shape}; for keys {keys.Shape} it must be [{batch}, {time}, {Key.OutFeatures}].");
        if (query is not null) projected += Query.Forward(query).Unsqueeze(1);
        var scores = Score.Forward(projected.Tanh()).Squeeze(2);
        if (mask is not null) scores = mask.Where(scores, double.NegativeInfinity);
        var weights = scores.Softmax();
        return (weights.Unsqueeze(1).MatMul(keys).Squeeze(1), weights);
    }

    /// <summary>U·h of all steps, [batch, time, units].</summary>
    public Tensor Project(Tensor keys) => Key.Forward(keys);

    /// <inheritdoc/>
    public override string ToString() => $"BahdanauAttention({Query.InFeatures}, {Key.InFeatures}, {Key.OutFeatures})";
}
