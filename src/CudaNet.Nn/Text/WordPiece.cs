using System.Buffers;
using System.Text;
using CudaNet.IO;
using CudaNet.Nn.Formats;

namespace CudaNet.Nn.Text;

/// <summary>BERT's tokenizer: words are cut into the longest pieces that the vocabulary has; pieces within a word begin with
/// <c>##</c>, and a word that cannot be cut is <c>[UNK]</c>.</summary>
/// <remarks>Schuster, Nakajima 2012; Devlin et al. 2018.</remarks>
public sealed class WordPiece : Tokenizer
{
    /// <summary>The special tokens of BERT's vocabularies.</summary>
    public const string Padding = "[PAD]", Unknown = "[UNK]", Classification = "[CLS]", Separator = "[SEP]", Mask = "[MASK]";

    private const string Within = "##";

    /// <summary>Longer words are unknown, as in BERT.</summary>
    private const int LongestWord = 100;

    private static readonly string[] Special = [Padding, Unknown, Classification, Separator, Mask];

    private readonly string[] _tokens;
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int> _special = new(StringComparer.Ordinal);
    private readonly BertNormalizer _normalizer;
    private readonly WordPieceModel _model;
    private readonly SpecialTokenFinder _finder;

    private WordPiece(string[] tokens, bool lowercase, string source)
    {
        _tokens = tokens;
        _ids = new Dictionary<string, int>(tokens.Length, StringComparer.Ordinal);
        for (int id = 0; id < tokens.Length; id++)
            if (!_ids.TryAdd(tokens[id], id))
                throw new DataFormatException(source, null, $"line {id + 1} has the token \"{ByteLevelBpe.Shorten(tokens[id])}\" of line {_ids[tokens[id]] + 1} again", "Give each token once.");
        foreach (string token in Special)
            if (_ids.TryGetValue(token, out int id))
                _special.Add(token, id);
            else if (token == Unknown)
                throw new DataFormatException(source, null, $"there is no token {Unknown}", "Give a vocabulary of BERT's form, with a token a line.");
        _normalizer = new BertNormalizer(lowercase, StripAccents: lowercase);
        _model = new WordPieceModel(_ids, _special[Unknown], Within, LongestWord);
        _finder = new SpecialTokenFinder(_special);
    }

    /// <inheritdoc/>
    public override int VocabularySize => _tokens.Length;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, int> SpecialTokens => _special;

    /// <summary>Reads a vocabulary with a token a line, the first of them with id 0.</summary>
    /// <param name="path"><c>vocab.txt</c>.</param>
    /// <param name="lowercase">Whether text becomes small and loses its accents first, as for the uncased models.</param>
    /// <exception cref="DataFormatException">A token occurs twice, or there is no <c>[UNK]</c>.</exception>
    public static WordPiece Load(string path, bool lowercase = true) => Parse(File.ReadAllBytes(path), lowercase, path);

    /// <summary>Reads a vocabulary like <see cref="Load"/> from memory.</summary>
    /// <param name="content">The content of the file.</param>
    /// <param name="lowercase">As for <see cref="Load"/>.</param>
    /// <param name="name">How errors call the file.</param>
    /// <exception cref="DataFormatException">A token occurs twice, or there is no <c>[UNK]</c>.</exception>
    public static WordPiece Parse(ReadOnlySpan<byte> content, bool lowercase = true, string name = "vocab.txt")
    {
        var tokens = new List<string>();
        foreach (var range in content.Split((byte)'\n'))
            tokens.Add(Encoding.UTF8.GetString(content[range].TrimEnd((byte)'\r')));
        // The last line ends with a line feed, too. Elsewhere an empty line is a token that no text is cut into.
        if (tokens[^1].Length == 0)
            tokens.RemoveAt(tokens.Count - 1);
        return new WordPiece([.. tokens], lowercase, name);
    }

    /// <summary>Learns a vocabulary: special tokens, then all characters, then the merges of the most frequent pairs of pieces.</summary>
    /// <param name="texts">The corpus.</param>
    /// <param name="vocabularySize">Number of tokens; fewer where the corpus has too few pairs.</param>
    /// <param name="minFrequency">A pair that occurs less often is not merged.</param>
    /// <param name="lowercase">As for <see cref="Load"/>.</param>
    /// <exception cref="TokenizerException">The size leaves no room for special tokens and characters.</exception>
    public static WordPiece Train(IEnumerable<string> texts, int vocabularySize, int minFrequency = 2, bool lowercase = true)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var normalizer = new BertNormalizer(lowercase, StripAccents: lowercase);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var word in texts.SelectMany(normalizer.Words))
        {
            string text = string.Concat(word.Select(rune => rune.Rune.ToString()));
            counts[text] = counts.GetValueOrDefault(text) + 1;
        }
        string[][] pieces = [.. counts.Keys.Select(word => word.EnumerateRunes().Select((rune, i) => i == 0 ? rune.ToString() : Within + rune).ToArray())];
        List<string> tokens = [.. Special, .. pieces.SelectMany(word => word).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (tokens.Count > vocabularySize)
            throw new TokenizerException($"WordPiece.Train: a vocabulary of {vocabularySize} has no room for {Special.Length} special tokens and the corpus's {tokens.Count - Special.Length} characters at the beginning of and within words. Give at least {tokens.Count}.");
        var ids = tokens.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id, StringComparer.Ordinal);

        var trainer = new BpeTrainer();
        foreach (var (word, count) in pieces.Zip(counts.Values))
            trainer.Add(Array.ConvertAll(word, piece => ids[piece]), count);
        trainer.Train((left, right) =>
        {
            string token = tokens[left] + tokens[right][Within.Length..];
            if (ids.TryAdd(token, tokens.Count))
                tokens.Add(token);
            return ids[token];
        }, () => tokens.Count >= vocabularySize, Math.Max(minFrequency, 1));
        return new WordPiece([.. tokens], lowercase, "WordPiece.Train");
    }

    /// <summary>Writes the vocabulary, a token a line.</summary>
    public void Save(string path) => AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(_tokens.Select(token => token + "\n"))));

    /// <inheritdoc/>
    public override int[] Encode(string text, bool parseSpecial = true) => [.. EncodeWithOffsets(text, parseSpecial).Select(token => token.Id)];

    /// <summary>The tokens of a text with the parts that they stand for.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="parseSpecial">Whether special tokens written out in the text become their ids.</param>
    public IReadOnlyList<TokenSpan> EncodeWithOffsets(string text, bool parseSpecial = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = new List<TokenSpan>(text.Length / 4 + 4);
        int begin = 0;
        while (parseSpecial && _finder.TryFind(text.AsSpan(begin), out int at, out int length, out int id))
        {
            EncodeText(text[begin..(begin + at)], begin, tokens);
            tokens.Add(new TokenSpan(id, begin + at, begin + at + length));
            begin += at + length;
        }
        EncodeText(text[begin..], begin, tokens);
        return tokens;
    }

    /// <summary>One or two texts with the special tokens that an encoder wants around them.</summary>
    /// <param name="first">The first text.</param>
    /// <param name="second">The second one, or null.</param>
    /// <param name="maxLength">Tokens are taken from the end of the longer text until all fit.</param>
    /// <exception cref="TokenizerException">The vocabulary lacks [CLS] or [SEP], or the length has no room for them.</exception>
    public TokenPair EncodePair(string first, string? second = null, int maxLength = 512)
    {
        int around = second is null ? 2 : 3;
        if (maxLength < around)
            throw new TokenizerException($"WordPiece.EncodePair: a length of {maxLength} has no room for the {around} special tokens.");
        int cls = SpecialId(Classification), sep = SpecialId(Separator);
        List<int> a = [.. Encode(first)], b = second is null ? [] : [.. Encode(second)];
        while (a.Count + b.Count + around > maxLength)
        {
            var longer = a.Count >= b.Count ? a : b;
            longer.RemoveAt(longer.Count - 1);
        }
        int[] ids = [cls, .. a, sep, .. b, .. second is null ? [] : new[] { sep }];
        var types = new int[ids.Length];
        types.AsSpan(a.Count + 2).Fill(1);
        return new TokenPair(ids, types);
    }

    /// <inheritdoc/>
    public override int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <inheritdoc/>
    public override string TokenOf(int id)
    {
        CheckId(id);
        return _tokens[id];
    }

    /// <inheritdoc/>
    protected internal override void AppendBytes(int id, bool first, IBufferWriter<byte> destination)
    {
        string token = _tokens[id];
        bool within = token.StartsWith(Within, StringComparison.Ordinal) && token.Length > Within.Length;
        Encoding.UTF8.GetBytes(within ? token[Within.Length..] : first ? token : " " + token, destination);
    }

    private int SpecialId(string token) => _special.TryGetValue(token, out int id) ? id
        : throw new TokenizerException($"WordPiece.EncodePair: the vocabulary has no token {token}. Use Encode, or a vocabulary of BERT's form.");

    private void EncodeText(string text, int begin, List<TokenSpan> tokens)
    {
        int first = tokens.Count;
        foreach (var word in _normalizer.Words(text))
            _model.Encode(word, tokens);
        if (begin > 0)
            for (int i = first; i < tokens.Count; i++)
                tokens[i] = new TokenSpan(tokens[i].Id, tokens[i].Begin + begin, tokens[i].End + begin);
    }
}
