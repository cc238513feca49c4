using System.Runtime.InteropServices;
using System.Text;

namespace CudaNet.Nn.Text;

/// <summary>Cuts one word into the longest pieces of a vocabulary, from left to right.</summary>
internal sealed class WordPieceModel
{
    private readonly Dictionary<string, int> _ids;
    private readonly string _prefix;
    private readonly int _unknown, _longestWord, _longestPiece;

    /// <param name="ids">The vocabulary.</param>
    /// <param name="unknown">Id of the token for words that cannot be cut.</param>
    /// <param name="prefix">What pieces that go on begin with.</param>
    /// <param name="longestWord">Characters beyond which a word is unknown.</param>
    public WordPieceModel(Dictionary<string, int> ids, int unknown, string prefix, int longestWord)
    {
        (_ids, _unknown, _prefix, _longestWord) = (ids, unknown, prefix, longestWord);
        _longestPiece = ids.Keys.Select(token => token.Length).DefaultIfEmpty().Max();
    }

    public void Encode(List<SourceRune> word, List<TokenSpan> destination)
    {
        int first = destination.Count;
        if (word.Count <= _longestWord && TryEncode(word, destination))
            return;
        CollectionsMarshal.SetCount(destination, first);
        destination.Add(new TokenSpan(_unknown, word[0].Begin, word[^1].End));
    }

    private bool TryEncode(List<SourceRune> word, List<TokenSpan> destination)
    {
        var lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var text = new StringBuilder(_prefix);
        // Where each character begins, behind the prefix, which stands ready for pieces that go on.
        var starts = new int[word.Count + 1];
        for (int i = 0; i < word.Count; i++)
        {
            starts[i] = text.Length;
            text.Append(word[i].Rune);
        }
        starts[word.Count] = text.Length;
        char[] units = new char[text.Length];
        text.CopyTo(0, units, text.Length);

        for (int at = 0; at < word.Count;)
        {
            int begin = starts[at] - (at > 0 ? _prefix.Length : 0), end = word.Count;
            while (starts[end] - begin > _longestPiece && end > at + 1)
                end--;
            if (at > 0)
                _prefix.CopyTo(units.AsSpan(begin));
            int id = -1;
            for (; end > at; end--)
                if (lookup.TryGetValue(units.AsSpan(begin..starts[end]), out id))
                    break;
            if (end == at)
                return false;
            destination.Add(new TokenSpan(id, word[at].Begin, word[end - 1].End));
            at = end;
        }
        return true;
    }
}
