using System.Buffers;
using System.Globalization;
using System.Text;
using CudaNet.IO;
using CudaNet.Nn.Formats;

namespace CudaNet.Nn.Text;

/// <summary>SentencePiece's unigram tokenizer: of all ways to cut a text the likeliest. A space is written ▁ and belongs to
/// the word behind it; bytes that no piece has are pieces of their own, so that any text comes back.</summary>
/// <remarks>Kudo 2018; Kudo, Richardson 2018.</remarks>
public sealed class Unigram : Tokenizer
{
    private const char Space = '▁';

    private const int Bytes = 256;

    private readonly (string Piece, double Score)[] _pieces;
    private readonly Dictionary<string, int> _special = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ids;
    private readonly UnigramModel _model;
    private readonly SpecialTokenFinder? _finder;
    private readonly int _firstPiece;

    private Unigram(IReadOnlyList<(string Piece, double Score)> pieces, IReadOnlyList<string> special)
    {
        // Special tokens, 256 bytes, pieces.
        foreach (string token in special)
            _special.Add(token, _special.Count);
        _pieces = [.. pieces];
        _firstPiece = special.Count + Bytes;
        _ids = _pieces.Select((piece, k) => (piece.Piece, k)).ToDictionary(entry => entry.Piece, entry => entry.k + _firstPiece, StringComparer.Ordinal);
        _model = new UnigramModel(_pieces);
        _finder = special.Count > 0 ? new SpecialTokenFinder(_special) : null;
    }

    /// <inheritdoc/>
    public override int VocabularySize => _firstPiece + _pieces.Length;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, int> SpecialTokens => _special;

    /// <summary>The pieces with the logarithms of their probabilities, the likeliest first.</summary>
    public IReadOnlyList<(string Piece, double Score)> Pieces => _pieces;

    /// <summary>Learns a vocabulary: special tokens, 256 bytes, pieces.</summary>
    /// <param name="texts">The corpus.</param>
    /// <param name="vocabularySize">Number of tokens; more where the corpus has too many characters, fewer where it has too few pieces.</param>
    /// <param name="specialTokens">Tokens that no text is cut into.</param>
    /// <exception cref="TokenizerException">The size leaves no room for bytes and special tokens.</exception>
    public static Unigram Train(IEnumerable<string> texts, int vocabularySize, IReadOnlyList<string>? specialTokens = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        specialTokens ??= [];
        int size = vocabularySize - Bytes - specialTokens.Count;
        if (size < 1)
            throw new TokenizerException($"Unigram.Train: a vocabulary of {vocabularySize} has no room for {Bytes} bytes, {specialTokens.Count} special tokens and a piece. Give at least {Bytes + specialTokens.Count + 1}.");
        var words = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string text in texts)
            foreach (string word in Words(Prepared(text)))
                words[word] = words.GetValueOrDefault(word) + 1;
        return new Unigram(UnigramTrainer.Train(words, size), specialTokens);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="DataFormatException">A line is no piece and its score, or a piece occurs twice.</exception>
    public static Unigram Load(string path)
    {
        var pieces = new List<(string, double)>();
        var special = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int line = 0;
        foreach (string text in File.ReadLines(path))
        {
            line++;
            int tab = text.LastIndexOf('\t');
            if (tab <= 0 || !double.TryParse(text.AsSpan(tab + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double score) || double.IsNaN(score) || score > 0)
                throw new DataFormatException(path, null, $"line {line} is \"{ByteLevelBpe.Shorten(text)}\", not a piece, a tab and the logarithm of a probability", "Give a file that Unigram.Save wrote.");
            string piece = text[..tab];
            if (!seen.Add(piece))
                throw new DataFormatException(path, null, $"line {line} has the piece \"{ByteLevelBpe.Shorten(piece)}\" again", "Give each piece once.");
            if (double.IsNegativeInfinity(score))
                special.Add(piece);
            else
                pieces.Add((piece, score));
        }
        return new Unigram(pieces, special);
    }

    /// <summary>Writes a line for each special token and piece: the piece, a tab, the logarithm of its probability; −∞ for special tokens.</summary>
    public void Save(string path) => AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(
        _special.Keys.Select(token => (token, double.NegativeInfinity)).Concat(_pieces).Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Item1}\t{entry.Item2:R}\n")))));

    /// <inheritdoc/>
    public override int[] Encode(string text, bool parseSpecial = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>(text.Length / 3 + 4);
        int begin = 0;
        while (parseSpecial && _finder is not null && _finder.TryFind(text.AsSpan(begin), out int at, out int length, out int id))
        {
            EncodeText(text[begin..(begin + at)], ids);
            ids.Add(id);
            begin += at + length;
        }
        EncodeText(text[begin..], ids);
        return [.. ids];
    }

    /// <inheritdoc/>
    public override int? IdOf(string token) => _special.TryGetValue(token, out int id) || _ids.TryGetValue(token, out id) ? id : ByteTokens.Parse(token) is { } value ? _special.Count + value : null;

    /// <inheritdoc/>
    public override string TokenOf(int id)
    {
        CheckId(id);
        return id >= _firstPiece ? _pieces[id - _firstPiece].Piece : id >= _special.Count ? ByteTokens.Of((byte)(id - _special.Count)) : _special.First(entry => entry.Value == id).Key;
    }

    /// <inheritdoc/>
    protected internal override void AppendBytes(int id, bool first, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (id >= _special.Count && id < _firstPiece)
        {
            destination.Write([(byte)(id - _special.Count)]);
            return;
        }
        string text = id < _special.Count ? TokenOf(id) : TokenOf(id).Replace(Space, ' ');
        // The space before the first word was put there.
        Encoding.UTF8.GetBytes(first && text.StartsWith(' ') ? text[1..] : text, destination);
    }

    private static string Prepared(string text) => text.Length == 0 ? "" : Space + text.Replace(' ', Space);

    private static IEnumerable<string> Words(string prepared)
    {
        for (int begin = 0; begin < prepared.Length;)
        {
            int end = prepared.IndexOf(Space, begin + 1);
            end = end < 0 ? prepared.Length : end;
            yield return prepared[begin..end];
            begin = end;
        }
    }

    private void EncodeText(string text, List<int> ids)
    {
        var pieces = new List<TokenSpan>();
        Span<byte> bytes = stackalloc byte[4];
        foreach (string word in Words(Prepared(text)))
        {
            pieces.Clear();
            _model.Encode(word, pieces);
            foreach (var piece in pieces)
                if (piece.Id >= 0)
                    ids.Add(_firstPiece + piece.Id);
                else
                    foreach (byte value in bytes[..Encoding.UTF8.GetBytes(word.AsSpan(piece.Begin..piece.End), bytes)])
                        ids.Add(_special.Count + value);
        }
    }
}
