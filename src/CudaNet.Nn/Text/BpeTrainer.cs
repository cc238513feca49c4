using System.Runtime.InteropServices;

namespace CudaNet.Nn.Text;

/// <summary>Learns merges: the most frequent pair of neighbours becomes a token, again and again. Counts are kept up to date
/// for the words that a merge touches, and the best pair comes from a heap.</summary>
/// <remarks>Sennrich, Haddow, Birch 2016. Of equally frequent pairs the one of smaller ids wins, left before right.</remarks>
internal sealed class BpeTrainer
{
    private readonly List<Word> _words = [];
    private readonly Dictionary<ulong, long> _counts = [];
    private readonly Dictionary<ulong, List<int>> _where = [];

    // Largest count first, then the smallest pair. A count that fell since is put right when its pair comes up.
    private readonly PriorityQueue<ulong, (long NegativeCount, ulong Pair)> _queue = new();

    /// <summary>Adds a word.</summary>
    /// <param name="symbols">Its symbols; kept and changed.</param>
    /// <param name="count">How often it occurs.</param>
    public void Add(int[] symbols, long count)
    {
        if (symbols.Length > 1)
            _words.Add(new Word(symbols, symbols.Length, count));
    }

    /// <summary>Learns merges.</summary>
    /// <param name="token">Gives the id of the token that two make together: a new one, or that of an earlier merge with the same text.</param>
    /// <param name="full">Whether the vocabulary has no room for another token.</param>
    /// <param name="minFrequency">Pairs that occur less often are not merged.</param>
    /// <returns>The merges in order.</returns>
    public List<(int Left, int Right, int Id)> Train(Func<int, int, int> token, Func<bool> full, long minFrequency)
    {
        var words = CollectionsMarshal.AsSpan(_words);
        for (int w = 0; w < words.Length; w++)
            Count(w, words[w], 1);
        foreach (var (pair, count) in _counts)
            _queue.Enqueue(pair, (-count, pair));

        var learned = new List<(int, int, int)>();
        while (!full() && TakeBest(minFrequency) is { } pair)
        {
            var (left, right) = ((int)(pair >> 32), (int)pair);
            int id = token(left, right);
            Merge(pair, left, right, id);
            learned.Add((left, right, id));
        }
        return learned;
    }

    private ulong? TakeBest(long minFrequency)
    {
        while (_queue.TryDequeue(out var pair, out var priority))
        {
            long count = _counts.GetValueOrDefault(pair);
            if (count != -priority.NegativeCount)
            {
                if (count > 0)
                    _queue.Enqueue(pair, (-count, pair));
                continue;
            }
            return count >= minFrequency ? pair : null;
        }
        return null;
    }

    private void Merge(ulong pair, int left, int right, int id)
    {
        var words = CollectionsMarshal.AsSpan(_words);
        _where.Remove(pair, out var places);
        var grown = new HashSet<ulong>();
        foreach (int w in places ?? [])
        {
            ref var word = ref words[w];
            // A word is listed once for each time that the pair came up in it, and perhaps lost the pair since.
            if (!Contains(word, left, right))
                continue;
            Count(w, word, -1);
            int length = 0;
            for (int i = 0; i < word.Length; i++)
            {
                bool merge = i + 1 < word.Length && word.Symbols[i] == left && word.Symbols[i + 1] == right;
                word.Symbols[length++] = merge ? id : word.Symbols[i];
                if (merge)
                    i++;
            }
            word = word with { Length = length };
            Count(w, word, 1, id, grown);
        }
        // No count but those of pairs with the made token can have grown.
        foreach (ulong each in grown)
            if (_counts.TryGetValue(each, out long count))
                _queue.Enqueue(each, (-count, each));
        _counts.Remove(pair);
    }

    private static bool Contains(in Word word, int left, int right)
    {
        for (int i = 0; i + 1 < word.Length; i++)
            if (word.Symbols[i] == left && word.Symbols[i + 1] == right)
                return true;
        return false;
    }

    /// <summary>Adds the pairs of a word to the counts, or takes them away.</summary>
    private void Count(int index, in Word word, int sign, int newId = -1, HashSet<ulong>? grown = null)
    {
        for (int i = 0; i + 1 < word.Length; i++)
        {
            ulong pair = BpeMerges.Key(word.Symbols[i], word.Symbols[i + 1]);
            ref long count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _);
            count += sign * word.Count;
            if (sign < 0)
            {
                if (count == 0)
                    _counts.Remove(pair);
                continue;
            }
            if (grown is not null && word.Symbols[i] != newId && word.Symbols[i + 1] != newId)
                continue;
            grown?.Add(pair);
            ref var places = ref CollectionsMarshal.GetValueRefOrAddDefault(_where, pair, out _);
            places ??= [];
            if (places.Count == 0 || places[^1] != index)
                places.Add(index);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Word(int[] Symbols, int Length, long Count);
}
