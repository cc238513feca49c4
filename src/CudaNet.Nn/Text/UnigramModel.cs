using System.Runtime.InteropServices;
using System.Text;

namespace CudaNet.Nn.Text;

/// <summary>Cuts a text into the pieces whose probabilities multiply to the most, by Viterbi's algorithm.</summary>
internal sealed class UnigramModel
{
    /// <summary>What an unknown character costs beyond the least likely piece, as in SentencePiece.</summary>
    private const double UnknownPenalty = 10;

    private readonly Dictionary<string, int> _ids;
    private readonly double[] _scores;
    private readonly int _longest;
    private readonly double _unknownScore;

    /// <param name="pieces">The pieces with the logarithms of their probabilities, in the order of their ids.</param>
    public UnigramModel(IReadOnlyList<(string Piece, double Score)> pieces)
    {
        _ids = new Dictionary<string, int>(pieces.Count, StringComparer.Ordinal);
        for (int id = 0; id < pieces.Count; id++)
            _ids.TryAdd(pieces[id].Piece, id);
        _scores = [.. pieces.Select(piece => piece.Score)];
        _longest = pieces.Select(piece => piece.Piece.Length).DefaultIfEmpty().Max();
        _unknownScore = _scores.DefaultIfEmpty().Min() - UnknownPenalty;
    }

    /// <summary>Appends the best pieces.</summary>
    /// <param name="text">The text, prepared as the pieces are.</param>
    /// <param name="pieces">Gets id, begin and end of each piece; the id is −1 for an unknown character.</param>
    /// <returns>The logarithm of their probability.</returns>
    public double Encode(ReadOnlySpan<char> text, List<TokenSpan> pieces) => Encode(text, pieces, without: -1);

    /// <summary>As <see cref="Encode(ReadOnlySpan{char}, List{TokenSpan})"/>, without one of the pieces.</summary>
    public double Encode(ReadOnlySpan<char> text, List<TokenSpan> pieces, int without)
    {
        var lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var (best, from, piece) = (new double[text.Length + 1], new int[text.Length + 1], new int[text.Length + 1]);
        Array.Fill(best, double.NegativeInfinity, 1, text.Length);
        for (int begin = 0; begin < text.Length;)
        {
            Rune.DecodeFromUtf16(text[begin..], out _, out int first);
            if (double.IsNegativeInfinity(best[begin]))
            {
                begin += first;
                continue;
            }
            bool single = false;
            for (int end = begin + first; end <= text.Length && end - begin <= Math.Max(_longest, first); end++)
                if (lookup.TryGetValue(text[begin..end], out int id) && id != without)
                {
                    single |= end == begin + first;
                    Offer(begin, end, id, _scores[id]);
                }
            if (!single)
                Offer(begin, begin + first, -1, _unknownScore);
            begin += first;
        }
        int mark = pieces.Count;
        for (int at = text.Length; at > 0; at = from[at])
            pieces.Add(new TokenSpan(piece[at], from[at], at));
        CollectionsMarshal.AsSpan(pieces)[mark..].Reverse();
        return best[text.Length];

        void Offer(int begin, int end, int id, double score)
        {
            if (best[begin] + score > best[end])
                (best[end], from[end], piece[end]) = (best[begin] + score, begin, id);
        }
    }

    /// <summary>Adds the expected number of times that each piece occurs, over all ways to cut a text, each as likely as it is.</summary>
    /// <param name="text">The text.</param>
    /// <param name="count">How often it occurs.</param>
    /// <param name="expected">Gets the sums, one a piece.</param>
    /// <returns>The logarithm of the text's probability.</returns>
    public double Expect(ReadOnlySpan<char> text, double count, double[] expected)
    {
        var lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var (forward, backward) = (new double[text.Length + 1], new double[text.Length + 1]);
        Array.Fill(forward, double.NegativeInfinity, 1, text.Length);
        Array.Fill(backward, double.NegativeInfinity, 0, text.Length);
        var edges = new List<(int Begin, int End, int Id)>();
        for (int begin = 0; begin < text.Length; begin++)
            for (int end = begin + 1; end <= text.Length && end - begin <= _longest; end++)
                if (lookup.TryGetValue(text[begin..end], out int id))
                {
                    edges.Add((begin, end, id));
                    forward[end] = LogAdd(forward[end], forward[begin] + _scores[id]);
                }
        for (int k = edges.Count - 1; k >= 0; k--)
            backward[edges[k].Begin] = LogAdd(backward[edges[k].Begin], backward[edges[k].End] + _scores[edges[k].Id]);
        foreach (var (begin, end, id) in edges)
            expected[id] += count * Math.Exp(forward[begin] + _scores[id] + backward[end] - forward[text.Length]);
        return forward[text.Length];
    }

    private static double LogAdd(double a, double b)
    {
        var (most, least) = a > b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(least) ? most : most + Math.Log(1 + Math.Exp(least - most));
    }
}
