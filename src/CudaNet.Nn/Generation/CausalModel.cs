namespace CudaNet.Nn.Generation;

/// <summary>A model that says, for each token of a text, what the next one may be.</summary>
public abstract class CausalModel : Module
{
    /// <summary>Number of tokens that it knows.</summary>
    public abstract int Vocabulary { get; }

    /// <summary>Most tokens of a text; null where positions have no end.</summary>
    public abstract long? MaxLength { get; }

    /// <summary>What a cache keeps of a token.</summary>
    public abstract KvShape CacheShape { get; }

    /// <summary>Farthest key that a token sees; null for all.</summary>
    public virtual long? Window => null;

    /// <summary>Rows of tokens after the last layer.</summary>
    /// <param name="tokens">Int64 [batch, length].</param>
    /// <param name="cache">What was seen before; the tokens are appended. The caller advances it.</param>
    /// <returns>[batch, length, size].</returns>
    public abstract Tensor Hidden(Tensor tokens, KvCache? cache = null);

    /// <summary>Rows [batch, length, size] to logits [batch, length, vocabulary].</summary>
    public abstract Tensor Head(Tensor hidden);

    /// <summary>Tokens [batch, length] to logits [batch, length, vocabulary].</summary>
    public override Tensor Forward(Tensor x) => Head(Hidden(x));

    /// <summary>Mean cross entropy of each next token, in nats.</summary>
    /// <param name="tokens">Int64 [batch, length + 1].</param>
    /// <param name="ignore">Target that does not count; null for none.</param>
    public Tensor LossOf(Tensor tokens, long? ignore = null)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var length = tokens.Shape[1] - 1;
        return Loss.CrossEntropy(Forward(tokens.Narrow(1, 0, length)).Flatten(0, 1), tokens.Narrow(1, 1, length).Flatten(), ignoreIndex: ignore);
    }

    /// <summary>Refuses tokens that are no [batch, length] of integers, or that go beyond the longest text.</summary>
    protected void Check(Tensor tokens, KvCache? cache)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.Rank != 2 || !tokens.DType.IsInteger()) throw new ShapeException($"{this}: the tokens are {tokens.DType.ShortName()}{tokens.Shape}. Give integers [batch, length].");
        if (cache is not null && cache.Shape != CacheShape) throw new CacheException($"{this}: the cache is of {cache.Shape}, this model needs {CacheShape}. Make one from CacheShape.");
        var seen = cache?.Length ?? 0;
        if (seen + tokens.Shape[1] > MaxLength)
            throw new ShapeException($"{this}: {(seen > 0 ? $"{seen} + " : "")}{tokens.Shape[1]} tokens, but positions end at {MaxLength}. Give a shorter text, or build the model with more positions.");
    }
}
