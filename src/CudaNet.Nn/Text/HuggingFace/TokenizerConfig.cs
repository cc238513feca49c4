using System.Text.Json;
using CudaNet.Nn.Formats;

namespace CudaNet.Nn.Text.HuggingFace;

/// <summary>A part of a <c>tokenizer.json</c> and where it stands in the file.</summary>
/// <param name="File">How errors call the file.</param>
/// <param name="Where">The names on the way to it.</param>
/// <param name="Json">Its content.</param>
internal readonly record struct TokenizerConfig(string File, string Where, JsonElement Json)
{
    public bool IsNull => Json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>A member that may be missing.</summary>
    public TokenizerConfig? Find(string name)
    {
        if (Json.ValueKind != JsonValueKind.Object)
            throw Fail($"is of kind {Json.ValueKind}, not an object");
        return Json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? new TokenizerConfig(File, Where.Length == 0 ? name : $"{Where}.{name}", value) : null;
    }

    public TokenizerConfig this[string name] => Find(name) ?? throw Fail($"has no \"{name}\"");

    public string Type => this["type"].Text();

    public string Text()
    {
        if (Json.ValueKind != JsonValueKind.String)
            throw Fail($"is of kind {Json.ValueKind}, not a text");
        return Json.GetString()!;
    }

    public string Text(string name, string missing) => Find(name)?.Text() ?? missing;

    public bool Flag(string name, bool missing) => Find(name) is not { } value ? missing : value.Json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        var kind => throw value.Fail($"is of kind {kind}, not true or false"),
    };

    public int Number() => Json.ValueKind == JsonValueKind.Number && Json.TryGetInt32(out int number) && number >= 0 ? number : throw Fail("is no number 0, 1, 2, …");

    public double Real() => Json.ValueKind == JsonValueKind.Number && Json.TryGetDouble(out double number) ? number : throw Fail("is no number");

    public IEnumerable<TokenizerConfig> Elements()
    {
        if (Json.ValueKind != JsonValueKind.Array)
            throw Fail($"is of kind {Json.ValueKind}, not a list");
        return Each(this);

        static IEnumerable<TokenizerConfig> Each(TokenizerConfig list)
        {
            int k = 0;
            foreach (var element in list.Json.EnumerateArray())
                yield return new TokenizerConfig(list.File, $"{list.Where}[{k++}]", element);
        }
    }

    public DataFormatException Fail(string what) => new(File, null, $"{(Where.Length == 0 ? "the file" : Where)} {what}", "Give a tokenizer.json as Hugging Face's tokenizers write it.");

    /// <summary>A part of a kind that is not read.</summary>
    public DataFormatException Unsupported(string part, params ReadOnlySpan<string> known) =>
        new(File, null, $"{Where} is the {part} \"{Type}\", which is not supported", $"Supported are {string.Join(", ", known.ToArray())}.");
}
