namespace CudaNet.Nn;

/// <summary>What kind of attention: heads, positions, and what a query may see.</summary>
public sealed record AttentionForm
{
    /// <summary>A form.</summary>
    /// <param name="heads">Heads of the queries.</param>
    /// <param name="kvHeads">Heads of keys and values, each shared by equally many query heads: as many for multi-head attention (the
    /// default), one for multi-query, between for grouped-query attention.</param>
    /// <exception cref="ShapeException">The query heads are no multiple of the others.</exception>
    public AttentionForm(long heads, long? kvHeads = null)
    {
        (Heads, KvHeads) = (Sizes.Positive(heads, "Attention", nameof(heads)), Sizes.Positive(kvHeads ?? heads, "Attention", nameof(kvHeads)));
        if (heads % KvHeads != 0) throw new ShapeException($"Attention: {heads} query heads cannot share {KvHeads} key heads evenly. Give a divisor of {heads}.");
    }

    /// <summary>Heads of the queries.</summary>
    public long Heads { get; }

    /// <summary>Heads of keys and values.</summary>
    public long KvHeads { get; }

    /// <summary>A query sees no key behind its own position.</summary>
    public bool Causal { get; init; }

    /// <summary>Farthest key that a query sees, in positions from its own; null for all.</summary>
    public long? Window { get; init; }

    /// <summary>Factor of the scores; null for 1/√depth.</summary>
    public double? Scale { get; init; }

    /// <summary>Rotation of queries and keys by their positions; null for none.</summary>
    public Rotary? Rotary { get; init; }

    /// <summary>What the distance of query and key adds to the score; null for nothing.</summary>
    public IPositionBias? Bias { get; init; }

    /// <summary>Which blocks of queries and keys see one another; the others cost nothing. Null for all.</summary>
    public BlockMask? Blocks { get; init; }

    /// <summary>Share of weights that are dropped, 0 in evaluation.</summary>
    public double Dropout { get; init; }

    /// <summary>Decides what is dropped; the default stream if null.</summary>
    public RandomStream? Random { get; init; }
}
