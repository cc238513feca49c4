namespace CudaNet.Nn.Text.HuggingFace;

/// <summary>Tokens that are looked for in the text before all else.</summary>
internal sealed class AddedTokens
{
    private readonly SpecialTokenFinder? _finder;
    private readonly Dictionary<int, TokenizerConfig> _configs = [];

    /// <param name="tokens">Entries of "added_tokens".</param>
    /// <param name="prepare">What is done to their text: nothing, or what is done to that of the user.</param>
    public AddedTokens(IReadOnlyCollection<TokenizerConfig> tokens, Func<string, string> prepare)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in tokens)
        {
            int id = token["id"].Number();
            if (prepare(token["content"].Text()) is { Length: > 0 } text)
                ids.TryAdd(text, id);
            _configs[id] = token;
        }
        _finder = ids.Count > 0 ? new SpecialTokenFinder(ids) : null;
    }

    /// <summary>Cuts a text: parts are texts, or the ids of tokens.</summary>
    public IEnumerable<(string Text, int? Id)> Split(string text)
    {
        int begin = 0, from = 0;
        while (_finder is not null && _finder.TryFind(text.AsSpan(from), out int at, out int length, out int id))
        {
            at += from;
            var config = _configs[id];
            if (config.Flag("single_word", false) && ((at > 0 && IsWord(text[at - 1])) || (at + length < text.Length && IsWord(text[at + length]))))
            {
                from = at + 1;
                continue;
            }
            string before = text[begin..at];
            if (config.Flag("lstrip", false))
                before = before.TrimEnd();
            if (before.Length > 0)
                yield return (before, null);
            yield return ("", id);
            begin = at + length;
            while (config.Flag("rstrip", false) && begin < text.Length && char.IsWhiteSpace(text[begin]))
                begin++;
            from = begin;
        }
        if (begin < text.Length)
            yield return (text[begin..], null);
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';
}
