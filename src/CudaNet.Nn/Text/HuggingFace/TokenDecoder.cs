using System.Text;

namespace CudaNet.Nn.Text.HuggingFace;

/// <summary>What a token means as text, token by token, so that output can be streamed.</summary>
internal sealed class TokenDecoder
{
    private readonly List<Func<string, string>> _steps = [];
    private bool _byteLevel, _byteFallback, _spaced = true;
    private string? _within;
    private int _stripped;
    private char _strippedChar = ' ';

    public static TokenDecoder Of(TokenizerConfig? config)
    {
        var decoder = new TokenDecoder();
        if (config is { } given)
        {
            decoder._spaced = false;
            decoder.Add(given);
        }
        return decoder;
    }

    public byte[] Bytes(string token, bool first)
    {
        if (_byteLevel)
            return ByteAlphabet.ReadLoosely(token);
        if (_byteFallback && ByteTokens.Parse(token) is { } value)
            return [value];
        string text = token;
        if (_within is not null)
            text = text.StartsWith(_within, StringComparison.Ordinal) && text.Length > _within.Length ? text[_within.Length..] : first ? text : " " + text;
        else if (_spaced && !first)
            text = " " + text;
        foreach (var step in _steps)
            text = step(text);
        for (int k = 0; first && k < _stripped && text.StartsWith(_strippedChar); k++)
            text = text[1..];
        return Encoding.UTF8.GetBytes(text);
    }

    private void Add(TokenizerConfig config)
    {
        switch (config.Type)
        {
            case "Sequence":
                foreach (var part in config["decoders"].Elements())
                    Add(part);
                break;
            case "ByteLevel":
                _byteLevel = true;
                break;
            case "ByteFallback":
                _byteFallback = true;
                break;
            case "Fuse":
                // Tokens are joined without anything between them in any case.
                break;
            case "WordPiece":
                _within = config.Text("prefix", "##");
                break;
            case "Metaspace":
                string space = config.Text("replacement", "▁");
                _steps.Add(text => text.Replace(space, " ", StringComparison.Ordinal));
                _stripped = config.Text("prepend_scheme", config.Flag("add_prefix_space", true) ? "always" : "never") == "never" ? 0 : 1;
                break;
            case "Replace":
                string content = config["content"].Text();
                var pattern = Normalizers.Pattern(config["pattern"]);
                _steps.Add(text => pattern.Replace(text, _ => content));
                break;
            case "Strip":
                if (config.Find("stop")?.Number() > 0)
                    throw config.Fail("strips the end of a text, which is not known while it is streamed");
                _stripped = config.Find("start")?.Number() ?? 0;
                _strippedChar = config.Text("content", " ") is [var only] ? only : throw config.Fail("strips more than a character");
                break;
            default:
                throw config.Unsupported("decoder", "Sequence", "ByteLevel", "ByteFallback", "Fuse", "WordPiece", "Metaspace", "Replace", "Strip");
        }
    }
}
