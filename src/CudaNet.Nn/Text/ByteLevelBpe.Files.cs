using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CudaNet.IO;
using CudaNet.Nn.Formats;

namespace CudaNet.Nn.Text;

public sealed partial class ByteLevelBpe
{
    private const string Whole = "Give the whole files of one vocabulary.";

    /// <summary>Each way to cut a token in two is looked at, so its length counts squared.</summary>
    private const int LongestToken = 1024;

    /// <summary>Reads a vocabulary as GPT-2 publishes it.</summary>
    /// <param name="vocabularyPath"><c>vocab.json</c>: an object from tokens to ids.</param>
    /// <param name="mergesPath"><c>merges.txt</c>: two tokens a line, the first to be merged first; a first line <c>#version</c> is skipped.</param>
    /// <param name="pattern">How texts are cut into words; the files do not say it.</param>
    /// <exception cref="DataFormatException">A file is damaged, or they do not belong together.</exception>
    public static ByteLevelBpe Load(string vocabularyPath, string mergesPath, BpePattern pattern = BpePattern.Gpt2) =>
        Parse(File.ReadAllBytes(vocabularyPath), File.ReadAllBytes(mergesPath), pattern, vocabularyPath, mergesPath);

    /// <summary>Reads a vocabulary like <see cref="Load"/> from memory.</summary>
    /// <param name="vocabulary">The content of <c>vocab.json</c>.</param>
    /// <param name="merges">The content of <c>merges.txt</c>.</param>
    /// <param name="pattern">How texts are cut into words.</param>
    /// <param name="vocabularyName">How errors call the vocabulary.</param>
    /// <param name="mergesName">How errors call the merges.</param>
    /// <exception cref="DataFormatException">A file is damaged, or they do not belong together.</exception>
    public static ByteLevelBpe Parse(ReadOnlyMemory<byte> vocabulary, ReadOnlySpan<byte> merges, BpePattern pattern = BpePattern.Gpt2, string vocabularyName = "vocab.json", string mergesName = "merges.txt")
    {
        var splitter = WordSplitter.Of(pattern);
        var ids = VocabularyJson.Parse(vocabulary, vocabularyName);
        var pairs = new List<(string, string)>();
        int line = 0;
        foreach (var range in merges.Split((byte)'\n'))
        {
            line++;
            var text = merges[range].TrimEnd((byte)'\r');
            if (text.IsEmpty || (line == 1 && text.StartsWith("#version"u8)))
                continue;
            int space = text.IndexOf((byte)' ');
            if (space <= 0 || space == text.Length - 1 || text[(space + 1)..].Contains((byte)' '))
                throw new DataFormatException(mergesName, null, $"line {line} is \"{Shorten(Encoding.UTF8.GetString(text))}\", not two tokens with a space between", Whole);
            pairs.Add((Encoding.UTF8.GetString(text[..space]), Encoding.UTF8.GetString(text[(space + 1)..])));
        }
        return Build(ids, pairs, new Dictionary<string, int>(), splitter, vocabularyName, mergesName);
    }

    /// <summary>Reads a vocabulary in tiktoken's form: a line for each token, its bytes in base64 and its id, which is the order of merging, too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pattern">How texts are cut into words; the file does not say it.</param>
    /// <param name="specialTokens">Special tokens and their ids, which the file does not name; null for none.</param>
    /// <exception cref="DataFormatException">The file is damaged, or a special token has the id of another.</exception>
    public static ByteLevelBpe LoadTiktoken(string path, BpePattern pattern, IReadOnlyDictionary<string, int>? specialTokens = null) =>
        ParseTiktoken(File.ReadAllBytes(path), pattern, specialTokens, path);

    /// <summary>Reads a vocabulary like <see cref="LoadTiktoken"/> from memory.</summary>
    /// <param name="content">The content of the file.</param>
    /// <param name="pattern">How texts are cut into words.</param>
    /// <param name="specialTokens">Special tokens and their ids; null for none.</param>
    /// <param name="name">How errors call the file.</param>
    /// <exception cref="DataFormatException">The file is damaged, or a special token has the id of another.</exception>
    public static ByteLevelBpe ParseTiktoken(ReadOnlySpan<byte> content, BpePattern pattern, IReadOnlyDictionary<string, int>? specialTokens = null, string name = "tiktoken in memory")
    {
        var splitter = WordSplitter.Of(pattern);
        var tokens = new List<byte[]?>();
        var ids = new Dictionary<byte[], int>(ByteStringComparer.Instance);
        int line = 0;
        foreach (var range in content.Split((byte)'\n'))
        {
            line++;
            var text = content[range].TrimEnd((byte)'\r');
            if (text.IsEmpty)
                continue;
            int space = text.IndexOf((byte)' ');
            byte[] token = new byte[text.Length];
            if (space <= 0 || Base64.DecodeFromUtf8(text[..space], token, out _, out int length) != System.Buffers.OperationStatus.Done || length == 0
                || !Utf8Parser.TryParse(text[(space + 1)..], out int id, out int used) || used != text.Length - space - 1)
                throw new DataFormatException(name, null, $"line {line} is \"{Shorten(Encoding.UTF8.GetString(text))}\", not a token in base64 and its id", "Give a file in tiktoken's form.");
            if (length > LongestToken)
                throw new DataFormatException(name, null, $"line {line} has a token of {length} bytes, more than {LongestToken}", "Give a file in tiktoken's form.");
            if (id != tokens.Count)
                throw new DataFormatException(name, null, $"line {line} has the id {id}, expected is {tokens.Count}: ids count up from 0", Whole);
            if (!ids.TryAdd(token[..length], id))
                throw new DataFormatException(name, null, $"line {line}: the token \"{Shorten(ByteAlphabet.Write(token.AsSpan(0, length)))}\" has the id {ids[token[..length]]} already", Whole);
            tokens.Add(token[..length]);
        }

        var (table, list) = MergesOf(tokens, ids);
        var special = new Dictionary<string, int>(specialTokens ?? new Dictionary<string, int>(), StringComparer.Ordinal);
        foreach (var (token, id) in special.OrderBy(token => token.Value))
        {
            if (id < tokens.Count || id > tokens.Count + 65_536 || token.Length == 0)
                throw new DataFormatException(name, null, $"the special token \"{Shorten(token)}\" has the id {id}, which is taken or far beyond the {tokens.Count} tokens", "Number special tokens behind the others.");
            while (tokens.Count <= id)
                tokens.Add(null);
        }
        return Checked(name, () => new ByteLevelBpe([.. tokens], table, list, special, splitter, name));
    }

    /// <summary>Writes the vocabulary as <c>vocab.json</c> and <c>merges.txt</c>, which <see cref="Load"/> reads.</summary>
    public void Save(string vocabularyPath, string mergesPath)
    {
        AtomicFile.Write(vocabularyPath, stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            json.WriteStartObject();
            for (int id = 0; id < _tokens.Length; id++)
                if (TokenOf(id) is { Length: > 0 } token)
                    json.WriteNumber(token, id);
            json.WriteEndObject();
        });
        AtomicFile.Write(mergesPath, stream =>
        {
            using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            text.WriteLine("#version: 0.2");
            foreach (var (left, right) in Merges)
                text.WriteLine($"{left} {right}");
        });
    }

    /// <summary>Puts a vocabulary together from tokens as they are written.</summary>
    internal static ByteLevelBpe Build(Dictionary<string, int> ids, List<(string Left, string Right)> pairs, IReadOnlyDictionary<string, int> special, WordSplitter splitter, string vocabularyName, string mergesName)
    {
        var tokens = new byte[]?[ids.Values.Concat(special.Values).DefaultIfEmpty(-1).Max() + 1];
        var table = new BpeMerges(pairs.Count);
        var list = new List<(int, int)>(pairs.Count);
        var made = new HashSet<int>();
        foreach (var (left, right) in pairs)
        {
            var (l, r, id) = (Id(left), Id(right), Id(left + right));
            if (!table.TryAdd(l, r, table.Count, id))
                throw new DataFormatException(mergesName, null, $"the merge \"{Shorten(left)} {Shorten(right)}\" occurs twice", Whole);
            list.Add((l, r));
            made.Add(id);
        }
        // What is neither a byte nor made by a merge can never come out of a text: it is a special token.
        var specials = new Dictionary<string, int>(special, StringComparer.Ordinal);
        foreach (var (token, id) in ids)
            if (specials.ContainsKey(token))
                continue;
            else if ((token.Length == 1 || made.Contains(id)) && ByteAlphabet.Read(token) is { } bytes)
                tokens[id] = bytes;
            else if (token.Length > 0)
                specials.TryAdd(token, id);
        return Checked(vocabularyName, () => new ByteLevelBpe(tokens, table, list, specials, splitter, vocabularyName));

        int Id(string token) => ids.TryGetValue(token, out int id) ? id
            : throw new DataFormatException(mergesName, null, $"merge {list.Count + 1} needs the token \"{Shorten(token)}\", which {vocabularyName} has not", Whole);
    }

    internal static string Shorten(string text) => text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "…");

    /// <summary>The merges that lead to each token: the two neighbours that are left when those of lower rank were merged; and
    /// besides any other two tokens that together are one, as tiktoken merges by the bytes of both.</summary>
    private static (BpeMerges Table, List<(int, int)> List) MergesOf(List<byte[]?> tokens, Dictionary<byte[], int> ids)
    {
        var find = ids.GetAlternateLookup<ReadOnlySpan<byte>>();
        var table = new BpeMerges(tokens.Count);
        var list = new List<(int, int)>(tokens.Count);
        for (int id = 0; id < tokens.Count; id++)
        {
            var token = tokens[id].AsSpan();
            // The table knows only what is merged before this token.
            var symbols = new int[token.Length];
            bool known = true;
            for (int i = 0; i < token.Length; i++)
                known &= find.TryGetValue(token.Slice(i, 1), out symbols[i]);
            if (known && table.Apply(symbols) == 2)
                list.Add((symbols[0], symbols[1]));
            for (int cut = 1; cut < token.Length; cut++)
                if (find.TryGetValue(token[..cut], out int left) && find.TryGetValue(token[cut..], out int right))
                    table.TryAdd(left, right, id, id);
        }
        return (table, list);
    }

    private static ByteLevelBpe Checked(string file, Func<ByteLevelBpe> make)
    {
        try
        {
            return make();
        }
        catch (TokenizerException e)
        {
            throw new DataFormatException(file, null, e.Message[(file.Length + 2)..].TrimEnd('.'), Whole, e);
        }
    }
}
