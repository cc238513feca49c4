using System.Text.Json;
using System.Text.Unicode;

namespace CudaNet.Nn.Formats.SafeTensors;

/// <summary>Parses and checks the JSON header of a safetensors file.</summary>
/// <param name="file">How errors call the file.</param>
/// <param name="header">The JSON, without the length before it.</param>
/// <param name="dataBytes">Bytes of the file after the header.</param>
internal readonly ref struct SafeTensorsHeader(string file, ReadOnlySpan<byte> header, long dataBytes)
{
    public const string MetadataKey = "__metadata__";

    private const string Again = "The file is damaged or was written by a faulty program; fetch or write it again.";

    /// <summary>Bytes before the header, so that offsets in errors are those of the file.</summary>
    private const int Before = 8;

    private const int MaxRank = 64;

    private readonly string _file = file;
    private readonly ReadOnlySpan<byte> _header = header;

    /// <summary>The tensors in the order of their data, the same by name, and the metadata.</summary>
    public (TensorInfo[] Tensors, Dictionary<string, TensorInfo> ByName, Dictionary<string, string> Metadata) Parse()
    {
        if (_header.IsEmpty || _header[0] != (byte)'{')
            throw Fail(Before, "the header does not begin with {", "Give a safetensors file.");
        if (!Utf8.IsValid(_header))
            throw Fail(Before, "the header is not UTF-8", Again);

        var byName = new Dictionary<string, TensorInfo>(StringComparer.Ordinal);
        Dictionary<string, string>? metadata = null;
        var json = new Utf8JsonReader(_header);
        try
        {
            json.Read();
            while (Next(ref json) != JsonTokenType.EndObject)
            {
                long at = json.TokenStartIndex;
                string name = Text(ref json);
                Next(ref json);
                if (name == MetadataKey)
                {
                    if (metadata is not null)
                        throw Fail(Before + at, $"{MetadataKey} occurs twice", Again);
                    metadata = ParseMetadata(ref json);
                }
                else if (!byName.TryAdd(name, ParseTensor(ref json, name)))
                {
                    throw Fail(Before + at, $"the name \"{Short(name)}\" occurs twice", Again);
                }
            }
            if (json.Read())
                throw Fail(Before + json.TokenStartIndex, "something follows the header's JSON object", Again);
        }
        catch (JsonException e)
        {
            throw Fail(Before + json.BytesConsumed, $"the header is no correct JSON ({e.Message.Split(". ", 2)[0].TrimEnd('.')})", Again, e);
        }

        TensorInfo[] tensors = [.. byName.Values];
        Array.Sort(tensors, static (a, b) =>
            a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin)
            : a.End != b.End ? a.End.CompareTo(b.End)
            : string.CompareOrdinal(a.Name, b.Name));
        CheckCover(tensors);
        return (tensors, byName, metadata ?? []);
    }

    private Dictionary<string, string> ParseMetadata(ref Utf8JsonReader json)
    {
        Expect(ref json, JsonTokenType.StartObject, MetadataKey, "an object of texts");
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        while (Next(ref json) != JsonTokenType.EndObject)
        {
            long at = json.TokenStartIndex;
            string key = Text(ref json);
            Next(ref json);
            Expect(ref json, JsonTokenType.String, $"{MetadataKey} \"{Short(key)}\"", "a text");
            if (!metadata.TryAdd(key, Text(ref json)))
                throw Fail(Before + at, $"the key \"{Short(key)}\" of {MetadataKey} occurs twice", Again);
        }
        return metadata;
    }

    private TensorInfo ParseTensor(ref Utf8JsonReader json, string name)
    {
        long begin = json.TokenStartIndex;
        Expect(ref json, JsonTokenType.StartObject, Tensor(name), "an object");
        SafeTensorsType? type = null;
        long[]? shape = null, offsets = null;
        while (Next(ref json) != JsonTokenType.EndObject)
        {
            long at = json.TokenStartIndex;
            string field = Text(ref json);
            Next(ref json);
            if (field switch { "dtype" => type is not null, "shape" => shape is not null, "data_offsets" => offsets is not null, _ => false })
                throw Fail(Before + at, $"{Tensor(name)} has {field} twice", Again);
            if (field == "dtype")
            {
                Expect(ref json, JsonTokenType.String, $"the dtype of {Tensor(name)}", "a text");
                string text = Text(ref json);
                type = SafeTensorsType.Find(text) ?? throw Fail(Before + json.TokenStartIndex, $"{Tensor(name)} has the unknown element type \"{Short(text)}\"", $"The format has {SafeTensorsType.AllNames}.");
            }
            else if (field == "shape")
            {
                shape = Numbers(ref json, $"the shape of {Tensor(name)}");
            }
            else if (field == "data_offsets")
            {
                offsets = Numbers(ref json, $"data_offsets of {Tensor(name)}");
            }
            else
            {
                // As by the reference implementation.
                json.Skip();
            }
        }
        if (type is null || shape is null || offsets is null)
            throw Fail(Before + begin, $"{Tensor(name)} lacks {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")}", Again);
        CheckSize(name, begin, type, shape, offsets);
        return new TensorInfo(name, type.Name, shape, offsets[0], offsets[1]);
    }

    private void CheckSize(string name, long at, SafeTensorsType type, long[] shape, long[] offsets)
    {
        if (offsets is not [var start, var end] || end < start)
            throw Fail(Before + at, $"data_offsets of {Tensor(name)} are [{string.Join(", ", offsets)}], not [begin, end]", Again);
        if (end > dataBytes)
            throw Fail(Before + at, $"{Tensor(name)} ends at byte {end} of the data, the file holds {dataBytes}", "The file is cut off; fetch it again.");

        long bits = type.Bits;
        foreach (long n in shape)
            if (Math.BigMul(bits, n, out bits) != 0 || bits < 0)
                throw Fail(Before + at, $"the shape [{string.Join(", ", shape)}] of {Tensor(name)} is beyond counting", Again);
        if (bits % 8 != 0 || bits / 8 != end - start)
            throw Fail(Before + at, $"{Tensor(name)} {type.Name} [{string.Join(", ", shape)}] needs {bits / 8.0} bytes, data_offsets give {end - start}", Again);
    }

    private void CheckCover(TensorInfo[] tensors)
    {
        long covered = 0;
        for (int i = 0; i < tensors.Length; i++)
        {
            var tensor = tensors[i];
            if (tensor.Begin > covered)
                throw Fail(Before + _header.Length + covered, $"{tensor.Begin - covered} bytes of data before {Tensor(tensor.Name)} belong to no tensor", Again);
            if (tensor.Begin < covered)
                throw Fail(Before + _header.Length + tensor.Begin, $"the data of {Tensor(tensor.Name)} overlaps that of {Tensor(tensors[i - 1].Name)}", Again);
            covered = tensor.End;
        }
        if (covered != dataBytes)
            throw Fail(Before + _header.Length + covered, $"the last {dataBytes - covered} bytes of the file belong to no tensor", Again);
    }

    private long[] Numbers(ref Utf8JsonReader json, string what)
    {
        Expect(ref json, JsonTokenType.StartArray, what, "an array of numbers");
        Span<long> numbers = stackalloc long[MaxRank];
        int count = 0;
        while (Next(ref json) != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out long number) || number < 0)
                throw Fail(Before + json.TokenStartIndex, $"{what} holds something that is no whole number from 0 to 2⁶³ − 1", Again);
            if (count == MaxRank)
                throw Fail(Before + json.TokenStartIndex, $"{what} has more than {MaxRank} numbers", Again);
            numbers[count++] = number;
        }
        return numbers[..count].ToArray();
    }

    private JsonTokenType Next(ref Utf8JsonReader json)
    {
        if (!json.Read())
            throw Fail(Before + json.BytesConsumed, "the header's JSON ends too early", Again);
        return json.TokenType;
    }

    private void Expect(ref Utf8JsonReader json, JsonTokenType expected, string what, string kind)
    {
        if (json.TokenType != expected)
            throw Fail(Before + json.TokenStartIndex, $"{what} is not {kind}", Again);
    }

    private string Text(ref Utf8JsonReader json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw Fail(Before + json.TokenStartIndex, "a text of the header has an escape that is no character", Again, e);
        }
    }

    private static string Tensor(string name) => $"tensor \"{Short(name)}\"";

    /// <summary>A name in a message: a damaged one can be megabytes long.</summary>
    private static string Short(string text) => text.Length <= 80 ? text : text[..80] + "…";

    private DataFormatException Fail(long offset, string what, string fix, Exception? inner = null) => new(_file, offset, what, fix, inner);
}
