using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace CudaNet.Nn.Text;

/// <summary>Byte-pair encoding over bytes, as of GPT-2: any text, indeed any bytes, become tokens and come back unchanged.</summary>
/// <remarks>Sennrich, Haddow, Birch 2016; over bytes Radford et al. 2019. Tokens are written with stand-ins for bytes that
/// cannot be printed: a space is Ġ.</remarks>
public sealed partial class ByteLevelBpe : Tokenizer
{
    /// <summary>Longer words are rare, and hostile texts could fill the cache with them.</summary>
    private const int LongestCached = 64;

    private const int MostCached = 1 << 16;

    private readonly byte[]?[] _tokens;
    private readonly int[] _byteIds;
    private readonly Dictionary<byte[], int> _ids;
    private readonly BpeMerges _merges;
    private readonly List<(int Left, int Right)> _mergeList;
    private readonly WordSplitter _splitter;
    private readonly Dictionary<string, int> _special;
    private readonly SpecialTokenFinder? _finder;
    private readonly ThreadLocal<Dictionary<byte[], int[]>> _cache = new(() => new Dictionary<byte[], int[]>(ByteStringComparer.Instance));

    /// <param name="tokens">The bytes of each id; null for special tokens and unused ids.</param>
    /// <param name="merges">Which pairs become which token.</param>
    /// <param name="mergeList">The pairs by which each token is made, in order, for saving.</param>
    /// <param name="special">Special tokens.</param>
    /// <param name="splitter">Cuts text into words.</param>
    /// <param name="source">Who asks, for errors.</param>
    private ByteLevelBpe(byte[]?[] tokens, BpeMerges merges, List<(int, int)> mergeList, Dictionary<string, int> special, WordSplitter splitter, string source)
    {
        (_tokens, _merges, _mergeList, _special, _splitter) = (tokens, merges, mergeList, special, splitter);
        _ids = new Dictionary<byte[], int>(tokens.Length, ByteStringComparer.Instance);
        for (int id = 0; id < tokens.Length; id++)
            if (tokens[id] is { } bytes && !_ids.TryAdd(bytes, id))
                throw new TokenizerException($"{source}: the tokens {_ids[bytes]} and {id} are both \"{ByteAlphabet.Write(bytes)}\". Give each token once.");
        _byteIds = new int[256];
        var find = _ids.GetAlternateLookup<ReadOnlySpan<byte>>();
        for (int b = 0; b < 256; b++)
            if (!find.TryGetValue([(byte)b], out _byteIds[b]))
                throw new TokenizerException($"{source}: there is no token for byte 0x{b:X2} (\"{ByteAlphabet.Write([(byte)b])}\"). A byte-level vocabulary has one for each of the 256.");
        _finder = special.Count > 0 ? new SpecialTokenFinder(special) : null;
    }

    /// <inheritdoc/>
    public override int VocabularySize => _tokens.Length;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, int> SpecialTokens => _special;

    /// <summary>The learnt pairs in the order in which they are merged, as tokens are written.</summary>
    public IEnumerable<(string Left, string Right)> Merges => _mergeList.Select(pair => (TokenOf(pair.Left), TokenOf(pair.Right)));

    /// <summary>Learns a vocabulary: 256 bytes in GPT-2's order, then the merges, then the special tokens.</summary>
    /// <param name="texts">The corpus; words do not reach over the end of a text.</param>
    /// <param name="vocabularySize">Number of tokens with bytes and special tokens; fewer where the corpus has too few pairs.</param>
    /// <param name="minFrequency">A pair that occurs less often is not merged.</param>
    /// <param name="pattern">How texts are cut into words.</param>
    /// <param name="specialTokens">Tokens that no text is cut into.</param>
    /// <exception cref="TokenizerException">The size leaves no room for bytes and special tokens, or a special token is empty or given twice.</exception>
    public static ByteLevelBpe Train(IEnumerable<string> texts, int vocabularySize, int minFrequency = 2, BpePattern pattern = BpePattern.Gpt2, IReadOnlyList<string>? specialTokens = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        specialTokens ??= [];
        int merges = vocabularySize - 256 - specialTokens.Count;
        if (merges < 0)
            throw new TokenizerException($"ByteLevelBpe.Train: a vocabulary of {vocabularySize} has no room for 256 bytes and {specialTokens.Count} special tokens. Give at least {256 + specialTokens.Count}.");
        if (specialTokens.Any(string.IsNullOrEmpty) || specialTokens.Distinct(StringComparer.Ordinal).Count() < specialTokens.Count)
            throw new TokenizerException($"ByteLevelBpe.Train: the special tokens [{string.Join(", ", specialTokens)}] are not all different and not empty. Give each once.");

        var splitter = WordSplitter.Of(pattern);
        var idOf = new int[256];
        for (int id = 0; id < 256; id++)
            idOf[ByteAlphabet.Order[id]] = id;
        var trainer = new BpeTrainer();
        foreach (var (word, count) in CountWords(texts, splitter))
            trainer.Add(Array.ConvertAll(word, b => idOf[b]), count);
        var tokens = new List<byte[]?>(vocabularySize);
        var ids = new Dictionary<byte[], int>(ByteStringComparer.Instance);
        foreach (byte b in ByteAlphabet.Order)
            Token([b]);
        var learned = trainer.Train((left, right) => Token([.. tokens[left]!, .. tokens[right]!]), () => tokens.Count >= 256 + merges, Math.Max(minFrequency, 1));

        var table = new BpeMerges(learned.Count);
        foreach (var (left, right, id) in learned)
            table.TryAdd(left, right, table.Count, id);
        var special = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string token in specialTokens)
        {
            special.Add(token, tokens.Count);
            tokens.Add(null);
        }
        return new ByteLevelBpe([.. tokens], table, [.. learned.Select(merge => (merge.Left, merge.Right))], special, splitter, "ByteLevelBpe.Train");

        // Two merges can make the same text in different ways: then they make the same token.
        int Token(byte[] bytes)
        {
            if (ids.TryAdd(bytes, tokens.Count))
                tokens.Add(bytes);
            return ids[bytes];
        }
    }

    /// <summary>The token ids of bytes, which need not be UTF-8. Special tokens are not looked for.</summary>
    public int[] Encode(ReadOnlySpan<byte> utf8)
    {
        var ids = new List<int>(utf8.Length / 3 + 8);
        EncodeWords(utf8, ids, []);
        return [.. ids];
    }

    /// <inheritdoc/>
    public override int[] Encode(string text, bool parseSpecial = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>(text.Length / 3 + 8);
        var ends = new List<int>();
        var rest = text.AsSpan();
        while (parseSpecial && _finder is not null && _finder.TryFind(rest, out int at, out int length, out int id))
        {
            EncodeText(rest[..at], ids, ends);
            ids.Add(id);
            rest = rest[(at + length)..];
        }
        EncodeText(rest, ids, ends);
        return [.. ids];
    }

    /// <inheritdoc/>
    public override int? IdOf(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (_special.TryGetValue(token, out int id))
            return id;
        return ByteAlphabet.Read(token) is { } bytes && _ids.TryGetValue(bytes, out id) ? id : null;
    }

    /// <inheritdoc/>
    public override string TokenOf(int id)
    {
        CheckId(id);
        return _tokens[id] is { } bytes ? ByteAlphabet.Write(bytes) : _special.FirstOrDefault(token => token.Value == id).Key ?? "";
    }

    /// <inheritdoc/>
    protected internal override void AppendBytes(int id, bool first, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        destination.Write(_tokens[id] ?? Encoding.UTF8.GetBytes(TokenOf(id)));
    }

    private static Dictionary<byte[], long> CountWords(IEnumerable<string> texts, WordSplitter splitter)
    {
        var counts = new Dictionary<byte[], long>(ByteStringComparer.Instance);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<byte>>();
        var ends = new List<int>();
        foreach (string text in texts)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            ends.Clear();
            splitter.Split(bytes, ends);
            int begin = 0;
            foreach (int end in ends)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(lookup, bytes.AsSpan(begin..end), out _)++;
                begin = end;
            }
        }
        return counts;
    }

    private void EncodeText(ReadOnlySpan<char> text, List<int> ids, List<int> ends)
    {
        if (text.IsEmpty)
            return;
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        int count = Encoding.UTF8.GetBytes(text, bytes);
        EncodeWords(bytes.AsSpan(0, count), ids, ends);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private void EncodeWords(ReadOnlySpan<byte> text, List<int> ids, List<int> ends)
    {
        ends.Clear();
        _splitter.Split(text, ends);
        var cache = _cache.Value!;
        var lookup = cache.GetAlternateLookup<ReadOnlySpan<byte>>();
        int begin = 0;
        foreach (int end in ends)
        {
            var word = text[begin..end];
            begin = end;
            if (!lookup.TryGetValue(word, out var tokens))
            {
                tokens = EncodeWord(word);
                if (word.Length <= LongestCached)
                {
                    if (cache.Count >= MostCached)
                        cache.Clear();
                    lookup[word] = tokens;
                }
            }
            ids.AddRange(tokens);
        }
    }

    private int[] EncodeWord(ReadOnlySpan<byte> word)
    {
        var symbols = new int[word.Length];
        for (int i = 0; i < word.Length; i++)
            symbols[i] = _byteIds[word[i]];
        return symbols[.._merges.Apply(symbols)];
    }
}
