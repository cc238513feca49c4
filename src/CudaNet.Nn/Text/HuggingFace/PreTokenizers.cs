using System.Text;
using System.Text.RegularExpressions;

namespace CudaNet.Nn.Text.HuggingFace;

/// <summary>How a text is cut into words before the model cuts these.</summary>
internal static class PreTokenizers
{
    /// <summary>Cuts one piece further.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="first">Whether it begins the text.</param>
    public delegate IEnumerable<string> Cut(string piece, bool first);

    public static Cut Of(TokenizerConfig config)
    {
        switch (config.Type)
        {
            case "Sequence":
                Cut[] steps = [.. config["pretokenizers"].Elements().Select(Of)];
                return (piece, first) => steps.Aggregate((IEnumerable<(string Piece, bool First)>)[(piece, first)],
                    (pieces, step) => pieces.SelectMany(part => step(part.Piece, part.First).Select((each, k) => (each, part.First && k == 0)))).Select(part => part.Piece);
            case "ByteLevel":
                return ByteLevel(config.Flag("add_prefix_space", true), config.Flag("use_regex", true));
            case "Metaspace":
                return Metaspace(config);
            case "BertPreTokenizer":
                return (piece, _) => Isolated(piece, BertNormalizer.IsPunctuation).SelectMany(Words);
            case "WhitespaceSplit":
                return (piece, _) => Words(piece);
            case "Whitespace":
                return Matching(new Regex(@"\w+|[^\w\s]+", RegexOptions.CultureInvariant));
            case "Punctuation":
                return Split(new Regex(@"[!-/:-@\[-`{-~\p{P}]", RegexOptions.CultureInvariant), config, config.Text("behavior", "Isolated"), invert: false);
            case "Digits":
                return Split(new Regex(config.Flag("individual_digits", false) ? @"\p{N}" : @"\p{N}+", RegexOptions.CultureInvariant), config, "Isolated", invert: false);
            case "CharDelimiterSplit":
                return Split(new Regex(Regex.Escape(config["delimiter"].Text()), RegexOptions.CultureInvariant), config, "Removed", invert: false);
            case "Split":
                return Split(Normalizers.Pattern(config["pattern"]), config, config["behavior"].Text(), config.Flag("invert", false));
            default:
                throw config.Unsupported("pre-tokenizer", "Sequence", "ByteLevel", "Metaspace", "BertPreTokenizer", "Whitespace", "WhitespaceSplit", "Punctuation", "Digits", "CharDelimiterSplit", "Split");
        }
    }

    private static IEnumerable<string> Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Isolated(string text, Func<Rune, bool> apart)
    {
        int begin = 0, at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (apart(rune))
            {
                if (at > begin)
                    yield return text[begin..at];
                yield return text.Substring(at, rune.Utf16SequenceLength);
                begin = at + rune.Utf16SequenceLength;
            }
            at += rune.Utf16SequenceLength;
        }
        if (begin < text.Length)
            yield return text[begin..];
    }

    private static Cut ByteLevel(bool prefixSpace, bool cut) => (piece, first) =>
    {
        if (prefixSpace && first && !piece.StartsWith(' '))
            piece = " " + piece;
        byte[] bytes = Encoding.UTF8.GetBytes(piece);
        var ends = new List<int>();
        if (cut)
            Gpt2Splitter.Instance.Split(bytes, ends);
        else if (bytes.Length > 0)
            ends.Add(bytes.Length);
        return ends.Select((end, k) => ByteAlphabet.Write(bytes.AsSpan((k == 0 ? 0 : ends[k - 1])..end))).ToArray();
    };

    private static Cut Metaspace(TokenizerConfig config)
    {
        string space = config.Text("replacement", "▁");
        // Older files say only whether.
        string scheme = config.Text("prepend_scheme", config.Flag("add_prefix_space", true) ? "always" : "never");
        if (scheme is not ("always" or "never" or "first"))
            throw config.Fail($"has the prepend_scheme \"{scheme}\", not always, first or never");
        bool split = config.Flag("split", true);
        return (piece, first) =>
        {
            piece = piece.Replace(" ", space, StringComparison.Ordinal);
            if (piece.Length > 0 && !piece.StartsWith(space, StringComparison.Ordinal) && (scheme == "always" || (scheme == "first" && first)))
                piece = space + piece;
            return split ? Parts(piece, space) : [piece];
        };

        static IEnumerable<string> Parts(string text, string mark)
        {
            for (int begin = 0; begin < text.Length;)
            {
                int end = begin + 1 < text.Length ? text.IndexOf(mark, begin + 1, StringComparison.Ordinal) : -1;
                end = end < 0 ? text.Length : end;
                yield return text[begin..end];
                begin = end;
            }
        }
    }

    private static Cut Matching(Regex pattern)
    {
        var finder = new RegexSplitter(pattern);
        return (piece, _) => finder.Find(piece).Select(match => piece[match.Begin..match.End]);
    }

    private static Cut Split(Regex pattern, TokenizerConfig config, string behavior, bool invert)
    {
        if (behavior is not ("Removed" or "Isolated" or "MergedWithPrevious" or "MergedWithNext" or "Contiguous"))
            throw config.Fail($"has the behavior \"{behavior}\", not Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous");
        var finder = new RegexSplitter(pattern);
        return (piece, _) => Parts(piece, finder, behavior, invert);
    }

    private static IEnumerable<string> Parts(string text, RegexSplitter finder, string behavior, bool invert)
    {
        // The text as parts in turn: separators and what lies between them.
        var parts = new List<(int Begin, int End, bool Separator)>();
        int at = 0;
        foreach (var (begin, end) in finder.Find(text))
        {
            if (begin > at)
                parts.Add((at, begin, invert));
            parts.Add((begin, end, !invert));
            at = end;
        }
        if (at < text.Length)
            parts.Add((at, text.Length, invert));

        var merged = new List<(int Begin, int End, bool Separator)>();
        foreach (var part in parts)
        {
            bool join = merged.Count > 0 && behavior switch
            {
                "MergedWithPrevious" => part.Separator && !merged[^1].Separator,
                "MergedWithNext" => !part.Separator && merged[^1].Separator,
                "Contiguous" => part.Separator == merged[^1].Separator,
                _ => false,
            };
            if (join)
                merged[^1] = (merged[^1].Begin, part.End, behavior == "Contiguous" ? part.Separator : behavior == "MergedWithPrevious");
            else
                merged.Add(part);
        }
        return merged.Where(part => behavior != "Removed" || !part.Separator).Select(part => text[part.Begin..part.End]);
    }
}
