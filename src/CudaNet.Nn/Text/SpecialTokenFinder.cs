using System.Buffers;

namespace CudaNet.Nn.Text;

/// <summary>Finds special tokens written out in a text: the leftmost first, of several at one place the longest.</summary>
internal sealed class SpecialTokenFinder
{
    private readonly SearchValues<string> _search;
    private readonly ILookup<char, KeyValuePair<string, int>> _byFirst;

    public SpecialTokenFinder(IReadOnlyDictionary<string, int> tokens)
    {
        _search = SearchValues.Create([.. tokens.Keys], StringComparison.Ordinal);
        _byFirst = tokens.OrderByDescending(token => token.Key.Length).ToLookup(token => token.Key[0]);
    }

    /// <summary>Looks for the next one.</summary>
    /// <param name="text">Where to look.</param>
    /// <param name="at">Where it begins.</param>
    /// <param name="length">How long it is.</param>
    /// <param name="id">Its id.</param>
    public bool TryFind(ReadOnlySpan<char> text, out int at, out int length, out int id)
    {
        at = text.IndexOfAny(_search);
        if (at >= 0)
            foreach (var (token, tokenId) in _byFirst[text[at]])
                if (text[at..].StartsWith(token, StringComparison.Ordinal))
                {
                    (length, id) = (token.Length, tokenId);
                    return true;
                }
        (length, id) = (0, -1);
        return false;
    }
}
