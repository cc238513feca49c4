namespace CudaNet.Ops;

/// <summary>What an attention and its gradient do beside their products, and which inputs follow queries, keys and values: bias, starts of
/// packed queries and of keys, visible blocks, state of the random stream, in this order, each only if the rule names it. Those
/// of the gradient go on with the upstream of the result and that of the logarithms.</summary>
/// <param name="Scale">Factor of the scores.</param>
/// <param name="Left">Keys that a query sees before its own position; null for all. The ends of queries and keys are aligned.</param>
/// <param name="Right">Keys that it sees behind its own position; null for all. Causal is 0.</param>
public sealed record AttentionRule(double Scale, long? Left = null, long? Right = null)
{
    /// <summary>A bias [B, H, S, L] is added to the scores.</summary>
    public bool HasBias { get; init; }

    /// <summary>Sequences lie one behind the other in a batch of one: two inputs, Int32 [sequences + 1], tell where each begins.</summary>
    public bool IsPacked { get; init; }

    /// <summary>Queries and keys of a block of which a mask, Bool [1 or B, 1 or H, ⌈S/size⌉, ⌈L/size⌉], tells whether it is seen; 0 for no such mask.</summary>
    public long BlockSize { get; init; }

    /// <summary>Share of weights that are dropped; a stream's state, Int64 [2], tells which.</summary>
    public double Dropout { get; init; }

    /// <summary>The result is a vector in Float32 or wider: the rows, and behind them the logarithm of each row's Σ e^score.</summary>
    public bool LogSumExp { get; init; }

    /// <summary>Place of the bias among the inputs; −1 for none.</summary>
    public int Bias => HasBias ? 3 : -1;

    /// <summary>Place of the starts of queries among the inputs, before those of keys; −1 for none.</summary>
    public int Starts => IsPacked ? 3 + Count(HasBias) : -1;

    /// <summary>Place of the visible blocks among the inputs; −1 for none.</summary>
    public int Blocks => BlockSize > 0 ? 3 + Count(HasBias) + 2 * Count(IsPacked) : -1;

    /// <summary>Place of the random stream's state among the inputs; −1 for none.</summary>
    public int Random => Dropout > 0 ? Upstream - 1 : -1;

    /// <summary>Place of the upstream among the gradient's inputs: behind all inputs of attention.</summary>
    public int Upstream => 3 + Count(HasBias) + 2 * Count(IsPacked) + Count(BlockSize > 0) + Count(Dropout > 0);

    /// <summary>Place of the logarithms' upstream among the gradient's inputs; −1 for none.</summary>
    public int LogUpstream => LogSumExp ? Upstream + 1 : -1;

    /// <summary>Rows of a random draw are whole blocks of four numbers, so that none is shared by two queries.</summary>
    public static long DrawnKeys(long keys) => (keys + 3) / 4 * 4;

    private static int Count(bool has) => has ? 1 : 0;
}
