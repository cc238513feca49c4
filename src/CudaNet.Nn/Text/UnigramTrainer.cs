using System.Runtime.InteropServices;
using System.Text;

namespace CudaNet.Nn.Text;

/// <summary>Learns a unigram vocabulary: begins with very many pieces, fits their probabilities by expectation and
/// maximisation, and leaves out those without which the corpus loses least, until few enough are left.</summary>
/// <remarks>Kudo 2018.</remarks>
internal static class UnigramTrainer
{
    private const int LongestPiece = 16, SeedFactor = 10, Rounds = 2;

    private const double KeptShare = 0.75, LeastExpected = 0.5;

    /// <param name="words">The corpus's words with their numbers.</param>
    /// <param name="size">Pieces to keep; all single characters stay, whatever their number.</param>
    public static List<(string Piece, double Score)> Train(IReadOnlyDictionary<string, long> words, int size)
    {
        var pieces = Seed(words, size);
        while (true)
        {
            for (int round = 0; round < Rounds; round++)
                pieces = Maximise(words, pieces);
            if (pieces.Count <= size || pieces.All(piece => IsSingle(piece.Piece)))
                break;
            pieces = Prune(words, pieces, Math.Max(size, (int)(pieces.Count * KeptShare)));
        }
        return [.. pieces.OrderByDescending(piece => piece.Score).ThenBy(piece => piece.Piece, StringComparer.Ordinal)];
    }

    private static bool IsSingle(string piece) => Rune.DecodeFromUtf16(piece, out _, out int length) is System.Buffers.OperationStatus.Done && length == piece.Length;

    private static List<(string Piece, double Score)> Seed(IReadOnlyDictionary<string, long> words, int size)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var (word, count) in words)
            for (int begin = 0; begin < word.Length; begin++)
            {
                if (char.IsLowSurrogate(word[begin]))
                    continue;
                for (int end = begin + 1; end <= word.Length && end - begin <= LongestPiece; end++)
                    if (!char.IsHighSurrogate(word[end - 1]))
                        CollectionsMarshal.GetValueRefOrAddDefault(lookup, word.AsSpan(begin..end), out _) += count;
            }
        var kept = counts.Where(entry => !IsSingle(entry.Key) && entry.Value > 1).OrderByDescending(entry => entry.Value * entry.Key.Length).ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Take(size * SeedFactor).Concat(counts.Where(entry => IsSingle(entry.Key))).ToArray();
        double total = kept.Sum(entry => (double)entry.Value);
        return [.. kept.Select(entry => (entry.Key, Math.Log(entry.Value / total)))];
    }

    /// <summary>One step of expectation and maximisation. Pieces that are hardly ever used go.</summary>
    private static List<(string Piece, double Score)> Maximise(IReadOnlyDictionary<string, long> words, List<(string Piece, double Score)> pieces)
    {
        var model = new UnigramModel(pieces);
        double[] expected = new double[pieces.Count];
        foreach (var (word, count) in words)
            model.Expect(word, count, expected);
        var kept = pieces.Zip(expected, (piece, count) => (piece.Piece, Count: Math.Max(count, 1e-9))).Where(entry => entry.Count >= LeastExpected || IsSingle(entry.Piece)).ToArray();
        double total = kept.Sum(entry => entry.Count);
        return [.. kept.Select(entry => (entry.Piece, Math.Log(entry.Count / total)))];
    }

    /// <summary>Keeps the pieces whose loss would hurt most: what the corpus's likelihood falls by when a piece is written by others.</summary>
    private static List<(string Piece, double Score)> Prune(IReadOnlyDictionary<string, long> words, List<(string Piece, double Score)> pieces, int size)
    {
        var model = new UnigramModel(pieces);
        var used = new double[pieces.Count];
        var cut = new List<TokenSpan>();
        foreach (var (word, count) in words)
        {
            cut.Clear();
            model.Encode(word, cut);
            foreach (var piece in cut)
                if (piece.Id >= 0)
                    used[piece.Id] += count;
        }
        var losses = new double[pieces.Count];
        for (int id = 0; id < losses.Length; id++)
        {
            cut.Clear();
            losses[id] = IsSingle(pieces[id].Piece) ? double.PositiveInfinity : used[id] == 0 ? 0 : used[id] * (pieces[id].Score - model.Encode(pieces[id].Piece, cut, without: id));
        }
        return [.. Enumerable.Range(0, pieces.Count).OrderByDescending(id => losses[id]).ThenBy(id => id).Where((id, rank) => rank < size || double.IsPositiveInfinity(losses[id])).Order().Select(id => pieces[id])];
    }
}
