using System.Runtime.InteropServices;

namespace CudaNet.Nn.Text;

/// <summary>The merges of a byte-pair encoding: which two neighbours become which token, and in what order of preference.</summary>
internal sealed class BpeMerges
{
    /// <summary>Words up to this length are searched for the best pair again after each merge; longer ones keep a heap.</summary>
    private const int Short = 96;

    private readonly Dictionary<ulong, Merge> _merges;

    public BpeMerges(int capacity)
    {
        _merges = new Dictionary<ulong, Merge>(capacity);
    }

    public int Count => _merges.Count;

    /// <summary>Adds a merge unless there is one of this pair.</summary>
    public bool TryAdd(int left, int right, int rank, int id) => _merges.TryAdd(Key(left, right), new Merge(rank, id));

    public static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    /// <summary>Merges neighbours, the pair of lowest rank first and of equal ones the leftmost, until none is left.</summary>
    /// <param name="symbols">The word; what it became stands at its beginning.</param>
    /// <returns>How many symbols are left.</returns>
    public int Apply(Span<int> symbols) => symbols.Length < 2 ? symbols.Length : symbols.Length <= Short ? Scan(symbols) : Heap(symbols);

    private Merge Find(int left, int right) => _merges.TryGetValue(Key(left, right), out var merge) ? merge : Merge.None;

    private int Scan(Span<int> symbols)
    {
        int count = symbols.Length;
        // pairs[i] is the merge of symbols i and i + 1.
        Span<Merge> pairs = stackalloc Merge[Short];
        for (int i = 0; i + 1 < count; i++)
            pairs[i] = Find(symbols[i], symbols[i + 1]);
        while (true)
        {
            int best = -1, rank = int.MaxValue;
            for (int i = 0; i + 1 < count; i++)
                if (pairs[i].Rank < rank)
                    (best, rank) = (i, pairs[i].Rank);
            if (best < 0)
                return count;
            symbols[best] = pairs[best].Id;
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            pairs[(best + 1)..(count - 1)].CopyTo(pairs[best..]);
            count--;
            if (best > 0)
                pairs[best - 1] = Find(symbols[best - 1], symbols[best]);
            if (best + 1 < count)
                pairs[best] = Find(symbols[best], symbols[best + 1]);
        }
    }

    private int Heap(Span<int> symbols)
    {
        int count = symbols.Length;
        // A list of the symbols that are left; -1 in values marks one that was swallowed.
        int[] values = symbols.ToArray(), next = new int[count], previous = new int[count];
        var queue = new PriorityQueue<Candidate, (int Rank, int At)>(count);
        for (int i = 0; i < count; i++)
            (next[i], previous[i]) = (i + 1 < count ? i + 1 : -1, i - 1);
        for (int i = 0; i + 1 < count; i++)
            Offer(i);

        while (queue.TryDequeue(out var candidate, out var priority))
        {
            int at = priority.At, second = values[at] < 0 ? -1 : next[at];
            // Since it was offered either symbol may have been merged with another.
            if (second < 0 || values[at] != candidate.Left || values[second] != candidate.Right)
                continue;
            values[at] = candidate.Id;
            values[second] = -1;
            next[at] = next[second];
            if (next[at] >= 0)
                previous[next[at]] = at;
            Offer(at);
            if (previous[at] >= 0)
                Offer(previous[at]);
        }

        int left = 0;
        for (int i = 0; i >= 0; i = next[i])
            symbols[left++] = values[i];
        return left;

        void Offer(int at)
        {
            if (next[at] < 0)
                return;
            int a = values[at], b = values[next[at]];
            var merge = Find(a, b);
            if (merge.Rank != int.MaxValue)
                queue.Enqueue(new Candidate(a, b, merge.Id), (merge.Rank, at));
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Merge(int Rank, int Id)
    {
        public static readonly Merge None = new(int.MaxValue, -1);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Candidate(int Left, int Right, int Id);
}
