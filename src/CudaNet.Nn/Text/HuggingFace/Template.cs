namespace CudaNet.Nn.Text.HuggingFace;

/// <summary>What is put around one or two texts for a model.</summary>
internal sealed class Template
{
    private readonly List<Part> _single = [], _pair = [];

    /// <summary>A special token, or the first (0) or second (1) text.</summary>
    private readonly record struct Part(int[]? Ids, int Sequence, int Type);

    public static Template Of(TokenizerConfig? config)
    {
        var template = new Template();
        if (config is { } given)
            template.Read(given);
        if (template._single.Count == 0)
            template._single.Add(new Part(null, 0, 0));
        if (template._pair.Count == 0)
            template._pair.AddRange([new Part(null, 0, 0), new Part(null, 1, 1)]);
        return template;
    }

    public TokenPair Apply(int[] first, int[]? second)
    {
        var (ids, types) = (new List<int>(), new List<int>());
        foreach (var part in second is null ? _single : _pair)
            foreach (int id in part.Ids ?? (part.Sequence == 0 ? first : second ?? []))
            {
                ids.Add(id);
                types.Add(part.Type);
            }
        return new TokenPair([.. ids], [.. types]);
    }

    private void Read(TokenizerConfig config)
    {
        switch (config.Type)
        {
            case "Sequence":
                foreach (var part in config["processors"].Elements())
                    Read(part);
                break;
            case "ByteLevel":
                break;
            case "TemplateProcessing":
                var special = config["special_tokens"];
                _single.AddRange(config["single"].Elements().Select(part => Read(part, special)));
                _pair.AddRange(config["pair"].Elements().Select(part => Read(part, special)));
                break;
            case "BertProcessing" or "RobertaProcessing":
                var (cls, sep) = (new Part([Second(config["cls"])], 0, 0), new Part([Second(config["sep"])], 0, 0));
                bool bert = config.Type == "BertProcessing";
                _single.AddRange([cls, new Part(null, 0, 0), sep]);
                // RoBERTa has two separators between and one type for all.
                _pair.AddRange([cls, new Part(null, 0, 0), sep, .. bert ? [] : new[] { sep }, new Part(null, 1, bert ? 1 : 0), sep with { Type = bert ? 1 : 0 }]);
                break;
            default:
                throw config.Unsupported("post-processor", "Sequence", "ByteLevel", "TemplateProcessing", "BertProcessing", "RobertaProcessing");
        }
    }

    private static int Second(TokenizerConfig pair) => pair.Elements().Skip(1).Select(id => id.Number()).FirstOrDefault(-1) is >= 0 and var number ? number : throw pair.Fail("is no token with its id");

    private static Part Read(TokenizerConfig part, TokenizerConfig special)
    {
        if (part.Find("Sequence") is { } sequence)
            return new Part(null, sequence["id"].Text() switch { "A" => 0, "B" => 1, var name => throw sequence.Fail($"is \"{name}\", not A or B") }, sequence["type_id"].Number());
        var token = part["SpecialToken"];
        return new Part([.. special[token["id"].Text()]["ids"].Elements().Select(id => id.Number())], 0, token["type_id"].Number());
    }
}
