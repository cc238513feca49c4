using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using CudaNet.Nn.Formats;
using CudaNet.Nn.Text.HuggingFace;

namespace CudaNet.Nn.Text;

/// <summary>A tokenizer as a <c>tokenizer.json</c> of Hugging Face describes it: normaliser, pre-tokenizer, model (BPE,
/// WordPiece, Unigram or WordLevel), what is put around, and decoder. A part of a kind that is not known is refused by name.</summary>
public sealed class HuggingFaceTokenizer : Tokenizer
{
    private readonly string?[] _tokens;
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int> _special = new(StringComparer.Ordinal);
    private readonly AddedTokens _raw, _normalized;
    private readonly Func<string, string> _normalizer;
    private readonly PreTokenizers.Cut _cut;
    private readonly WordModels.Encode _encode;
    private readonly TokenDecoder _decoder;
    private readonly Template _template;

    private HuggingFaceTokenizer(TokenizerConfig config)
    {
        (_encode, _ids) = WordModels.Of(config["model"]);
        _ids = new Dictionary<string, int>(_ids, StringComparer.Ordinal);
        _normalizer = config.Find("normalizer") is { } normalizer ? Normalizers.Of(normalizer) : static text => text;
        _cut = config.Find("pre_tokenizer") is { } preTokenizer ? PreTokenizers.Of(preTokenizer) : static (piece, _) => [piece];
        _decoder = TokenDecoder.Of(config.Find("decoder"));
        _template = Template.Of(config.Find("post_processor"));
        TokenizerConfig[] added = config.Find("added_tokens") is { } list ? [.. list.Elements()] : [];
        foreach (var token in added)
        {
            _ids[token["content"].Text()] = token["id"].Number();
            if (token.Flag("special", false))
                _special[token["content"].Text()] = token["id"].Number();
        }
        VocabularyJson.CheckRange(_ids.Values, config.File);
        _raw = new AddedTokens([.. added.Where(token => !token.Flag("normalized", true))], static text => text);
        _normalized = new AddedTokens([.. added.Where(token => token.Flag("normalized", true))], _normalizer);
        _tokens = new string?[_ids.Values.DefaultIfEmpty(-1).Max() + 1];
        foreach (var (token, id) in _ids)
            _tokens[id] = token;
        foreach (int id in _template.Apply([], []).Ids)
            if (id >= _tokens.Length)
                throw config.Fail($"puts the token {id} around texts, which is beyond the vocabulary of {_tokens.Length}");
    }

    /// <inheritdoc/>
    public override int VocabularySize => _tokens.Length;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, int> SpecialTokens => _special;

    /// <summary>Reads a file.</summary>
    /// <param name="path"><c>tokenizer.json</c>.</param>
    /// <exception cref="DataFormatException">The file is damaged, or has a part of a kind that is not supported; the place is named.</exception>
    public static HuggingFaceTokenizer Load(string path) => Parse(File.ReadAllBytes(path), path);

    /// <summary>Reads a file's content.</summary>
    /// <param name="content">The JSON.</param>
    /// <param name="name">How errors call it.</param>
    /// <exception cref="DataFormatException">As for <see cref="Load"/>.</exception>
    public static HuggingFaceTokenizer Parse(ReadOnlyMemory<byte> content, string name = "tokenizer.json")
    {
        try
        {
            using var json = JsonDocument.Parse(content);
            // Parts are looked at again while texts are cut, when the document is gone.
            return new HuggingFaceTokenizer(new TokenizerConfig(name, "", json.RootElement.Clone()));
        }
        catch (JsonException e)
        {
            throw new DataFormatException(name, null, $"this is no correct JSON ({e.Message.Split(". ", 2)[0].TrimEnd('.')})", "The file is damaged or cut off; fetch it again.", e);
        }
        catch (Exception e) when (e is InvalidOperationException or RegexMatchTimeoutException)
        {
            throw new DataFormatException(name, null, $"a text or expression in it is not correct ({e.Message.TrimEnd('.')})", "The file is damaged; fetch it again.", e);
        }
    }

    /// <inheritdoc/>
    public override int[] Encode(string text, bool parseSpecial = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>(text.Length / 3 + 4);
        bool first = true;
        foreach (var (part, token) in parseSpecial ? _raw.Split(text) : [(text, null)])
        {
            if (token is { } id)
                ids.Add(id);
            else
                foreach (var (inner, innerToken) in parseSpecial ? _normalized.Split(_normalizer(part)) : [(_normalizer(part), null)])
                {
                    if (innerToken is { } innerId)
                        ids.Add(innerId);
                    else
                        foreach (string word in _cut(inner, first))
                            _encode(word, ids);
                    first = false;
                }
            first = false;
        }
        return [.. ids];
    }

    /// <summary>One or two texts with what the file puts around them.</summary>
    public TokenPair EncodePair(string first, string? second = null) => _template.Apply(Encode(first), second is null ? null : Encode(second));

    /// <inheritdoc/>
    public override int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <inheritdoc/>
    public override string TokenOf(int id)
    {
        CheckId(id);
        return _tokens[id] ?? "";
    }

    /// <inheritdoc/>
    protected internal override void AppendBytes(int id, bool first, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        destination.Write(_decoder.Bytes(_tokens[id] ?? "", first));
    }
}
