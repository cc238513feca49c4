using System.Text;

namespace CudaNet.Nn.Text.HuggingFace;

/// <summary>How words are cut into tokens: the four kinds of models that a <c>tokenizer.json</c> can hold.</summary>
internal static class WordModels
{
    /// <summary>Appends the tokens of a word.</summary>
    public delegate void Encode(string word, List<int> ids);

    /// <summary>The model and its vocabulary.</summary>
    public static (Encode Encode, Dictionary<string, int> Vocabulary) Of(TokenizerConfig config)
    {
        // Old files do not say the kind.
        string kind = config.Text("type", config.Find("merges") is not null ? "BPE" : config.Find("unk_id") is not null ? "Unigram" : "WordPiece");
        switch (kind)
        {
            case "BPE":
                return Bpe(config);
            case "WordPiece":
                var pieces = VocabularyJson.Read(config["vocab"].Json, config.File);
                var model = new WordPieceModel(pieces, Unknown(config, pieces, "[UNK]") ?? throw config.Fail("has no unk_token"), config.Text("continuing_subword_prefix", "##"), config.Find("max_input_chars_per_word")?.Number() ?? 100);
                return (WordPieces(model), pieces);
            case "Unigram":
                return Unigrams(config);
            case "WordLevel":
                var words = VocabularyJson.Read(config["vocab"].Json, config.File);
                int? unknown = Unknown(config, words) ?? (words.TryGetValue("<unk>", out int usual) ? usual : null);
                return ((word, ids) =>
                {
                    if (words.TryGetValue(word, out int id))
                        ids.Add(id);
                    else if (unknown is { } other)
                        ids.Add(other);
                }, words);
            default:
                throw config.Unsupported("model", "BPE", "WordPiece", "Unigram", "WordLevel");
        }
    }

    private static int? Unknown(TokenizerConfig config, Dictionary<string, int> vocabulary, string? missing = null)
    {
        string? token = config.Find("unk_token")?.Text() ?? missing;
        return token is null ? null : vocabulary.TryGetValue(token, out int id) ? id : throw config.Fail($"has the unk_token \"{ByteLevelBpe.Shorten(token)}\", which is not in its vocabulary");
    }

    private static Encode WordPieces(WordPieceModel model) => (word, ids) =>
    {
        var runes = new List<SourceRune>();
        foreach (var rune in word.EnumerateRunes())
            runes.Add(new SourceRune(rune, 0, 0));
        if (runes.Count == 0)
            return;
        var tokens = new List<TokenSpan>();
        model.Encode(runes, tokens);
        ids.AddRange(tokens.Select(token => token.Id));
    };

    private static (Encode, Dictionary<string, int>) Bpe(TokenizerConfig config)
    {
        var vocabulary = VocabularyJson.Read(config["vocab"].Json, config.File);
        string prefix = config.Text("continuing_subword_prefix", ""), suffix = config.Text("end_of_word_suffix", "");
        if (config.Find("dropout")?.Real() > 0)
            throw config.Fail("has a dropout, which cuts words at random; set it to null");
        var merges = new BpeMerges(1024);
        foreach (var merge in config["merges"].Elements())
        {
            string[] pair = merge.Json.ValueKind == System.Text.Json.JsonValueKind.Array ? [.. merge.Elements().Select(part => part.Text())] : merge.Text().Split(' ');
            if (pair.Length != 2)
                throw merge.Fail("is no pair of tokens");
            string joined = pair[0] + (prefix.Length > 0 && pair[1].StartsWith(prefix, StringComparison.Ordinal) ? pair[1][prefix.Length..] : pair[1]);
            if (!vocabulary.TryGetValue(pair[0], out int left) || !vocabulary.TryGetValue(pair[1], out int right) || !vocabulary.TryGetValue(joined, out int id))
                throw merge.Fail($"joins \"{ByteLevelBpe.Shorten(pair[0])}\" and \"{ByteLevelBpe.Shorten(pair[1])}\", which with their union are not all in the vocabulary");
            merges.TryAdd(left, right, merges.Count, id);
        }
        int? unknown = Unknown(config, vocabulary);
        bool fuse = config.Flag("fuse_unk", false), bytes = config.Flag("byte_fallback", false), whole = config.Flag("ignore_merges", false);
        return ((word, ids) =>
        {
            if (whole && vocabulary.TryGetValue(word, out int single))
            {
                ids.Add(single);
                return;
            }
            int[] symbols = [.. Symbols(word, vocabulary, prefix, suffix, unknown, fuse, bytes)];
            ids.AddRange(symbols.AsSpan(0, merges.Apply(symbols)));
        }, vocabulary);
    }

    private static IEnumerable<int> Symbols(string word, Dictionary<string, int> vocabulary, string prefix, string suffix, int? unknown, bool fuse, bool byteFallback)
    {
        int at = 0;
        bool lastUnknown = false;
        foreach (var rune in word.EnumerateRunes())
        {
            string symbol = rune.ToString();
            int next = at + rune.Utf16SequenceLength;
            string dressed = (at > 0 ? prefix : "") + symbol + (next >= word.Length ? suffix : "");
            at = next;
            if (vocabulary.TryGetValue(dressed, out int id))
            {
                yield return id;
                lastUnknown = false;
                continue;
            }
            int[]? bytes = byteFallback ? Bytes(symbol, vocabulary) : null;
            foreach (int value in bytes ?? [])
                yield return value;
            // Without a token for it an unknown character is left out.
            if (bytes is null && unknown is { } other && !(fuse && lastUnknown))
                yield return other;
            lastUnknown = bytes is null;
        }
    }

    /// <summary>The tokens of a character's bytes, if there are all of them.</summary>
    private static int[]? Bytes(string symbol, Dictionary<string, int> vocabulary)
    {
        int[] ids = [.. Encoding.UTF8.GetBytes(symbol).Select(value => vocabulary.GetValueOrDefault(ByteTokens.Of(value), -1))];
        return ids.Contains(-1) ? null : ids;
    }

    private static (Encode, Dictionary<string, int>) Unigrams(TokenizerConfig config)
    {
        var pieces = new List<(string Piece, double Score)>();
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in config["vocab"].Elements())
        {
            TokenizerConfig[] pair = [.. entry.Elements()];
            if (pair.Length != 2)
                throw entry.Fail("is no piece with its score");
            if (!vocabulary.TryAdd(pair[0].Text(), pieces.Count))
                throw entry.Fail($"has the piece \"{ByteLevelBpe.Shorten(pair[0].Text())}\" again");
            pieces.Add((pair[0].Text(), pair[1].Real()));
        }
        int? unknown = config.Find("unk_id")?.Number();
        if (unknown >= pieces.Count)
            throw config.Fail($"has the unk_id {unknown}, beyond its {pieces.Count} pieces");
        bool bytes = config.Flag("byte_fallback", false);
        var model = new UnigramModel(pieces);
        return ((word, ids) =>
        {
            var spans = new List<TokenSpan>();
            model.Encode(word, spans);
            bool lastUnknown = false;
            foreach (var span in spans)
            {
                int[]? fallback = span.Id < 0 && bytes ? Bytes(word[span.Begin..span.End], vocabulary) : null;
                if (span.Id >= 0)
                    ids.Add(span.Id);
                else if (fallback is not null)
                    ids.AddRange(fallback);
                // Unknown characters side by side are one.
                else if (unknown is { } id && !lastUnknown)
                    ids.Add(id);
                lastUnknown = span.Id < 0 && fallback is null;
            }
        }, vocabulary);
    }
}
