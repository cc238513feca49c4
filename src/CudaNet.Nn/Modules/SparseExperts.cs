namespace CudaNet.Nn;

/// <summary>A mixture of gated feed-forward nets of which each row uses its k best only: cost follows k, not the number of experts.</summary>
/// <remarks>Shazeer et al. 2017; capacity and balance loss as in Fedus, Zoph, Shazeer 2022. Rows are sent to places [experts, capacity], all
/// experts are computed by three products over that, and results go back; a row for which an expert has no place left is dropped there.
/// Names are those of DeepSeek: gate, experts.N.…, shared_experts.….</remarks>
public sealed class SparseExperts : Module
{
    /// <summary>Experts with fresh weights.</summary>
    /// <param name="size">Size of a row.</param>
    /// <param name="hidden">Size within an expert.</param>
    /// <param name="experts">How many.</param>
    /// <param name="topK">How many a row uses.</param>
    /// <param name="capacityFactor">Places of an expert, as a multiple of those that even use needs; null for places for all rows.</param>
    /// <param name="shared">Size within the part that all rows use; 0 for none.</param>
    /// <param name="normalize">True scales the weights of the chosen to add up to 1.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    /// <exception cref="ArgumentException">There are not as many experts as a row uses.</exception>
    public SparseExperts(long size, long hidden, int experts, int topK, double? capacityFactor = null, long shared = 0, bool normalize = true, RandomStream? random = null)
    {
        if (topK < 1 || topK > experts) throw new ArgumentException($"SparseExperts: a row uses {topK} of {experts} experts. Give 1 to {experts}.", nameof(topK));
        (TopK, CapacityFactor, _normalize) = (topK, capacityFactor, normalize);
        Gate = new(size, experts, false, random);
        Experts = [.. Enumerable.Range(0, experts).Select(_ => new GatedFeedForward(size, hidden, random))];
        if (shared > 0) SharedExperts = new(size, shared, random);
    }

    private readonly bool _normalize;

    /// <summary>From rows to scores of the experts.</summary>
    public Linear Gate { get; }

    /// <summary>The experts.</summary>
    public List<GatedFeedForward> Experts { get; }

    /// <summary>What all rows use; null for nothing.</summary>
    public GatedFeedForward? SharedExperts { get; }

    /// <summary>Experts that a row uses.</summary>
    public int TopK { get; }

    /// <summary>Places of an expert as a multiple of those that even use needs; null for places for all rows.</summary>
    public double? CapacityFactor { get; }

    /// <summary>Places of each expert for so many rows.</summary>
    public long Capacity(long rows) => CapacityFactor is { } factor ? Math.Min(rows, Math.Max(1, (long)Math.Ceiling(factor * rows * TopK / Experts.Count))) : rows;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Route(x).Output;

    /// <summary>The result with what routing did.</summary>
    /// <param name="x">[…, size].</param>
    public (Tensor Output, SparseRouting Routing) Route(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        var rows = x.Reshape(-1, x.Shape[^1]);
        long count = rows.Shape[0], size = rows.Shape[1], experts = Experts.Count, capacity = Capacity(count);
        var probabilities = Gate.Forward(rows).Softmax();
        var chosen = probabilities.TopK(TopK).Indices; // [rows, k]
        var weights = probabilities.Gather(chosen, 1);
        if (_normalize) weights /= weights.Sum(1, keepDims: true);
        // First choices of all rows come before second ones, so that they are the last to be dropped.
        var expert = chosen.Transpose(0, 1).Flatten(); // [k · rows]
        var taken = expert.OneHot(experts);
        var place = (taken.CumSum(0) * taken).Sum(1) - 1;
        var fits = place < capacity;
        // One place more than there are takes what is dropped.
        var slot = fits.Where(expert * capacity + place, experts * capacity);
        var row = Tensor.Arange(0, count, 1, DType.Int64, x.Device).Tile(TopK);
        var sent = Tensor.Zeros([experts * capacity + 1, size], rows.DType, x.Device).IndexCopy(slot, rows.Take(row, 0)).Narrow(0, 0, experts * capacity).Reshape(experts, capacity, size);
        Tensor All(Func<GatedFeedForward, Linear> layer) => Tensor.Stack([.. Experts.Select(e => layer(e).Weight.Value.T)]);
        var hidden = sent.MatMul(All(e => e.GateProj)).Silu() * sent.MatMul(All(e => e.UpProj));
        var results = hidden.MatMul(All(e => e.DownProj)).Reshape(experts * capacity, size);
        var back = results.Take(slot.Minimum(experts * capacity - 1), 0) * (fits.To(rows.DType) * weights.Transpose(0, 1).Flatten()).Unsqueeze(1);
        var y = back.Reshape(TopK, count, size).Sum(0);
        if (SharedExperts is not null) y += SharedExperts.Forward(rows);
        var share = taken.To(DType.Float32).Mean(0);
        var balance = (share.Detach() * probabilities.Mean(0)).Sum() * experts;
        return (y.Reshape(x.Shape), new(balance, share, (~fits).To(DType.Int64).Sum(), chosen));
    }

    /// <inheritdoc/>
    public override string ToString() => $"SparseExperts({Experts.Count}, top {TopK})";
}
