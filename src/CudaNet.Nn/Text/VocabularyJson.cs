using System.Text.Json;
using CudaNet.Nn.Formats;

namespace CudaNet.Nn.Text;

/// <summary>Reads an object from tokens to ids and checks it.</summary>
internal static class VocabularyJson
{
    private const string Again = "Give a vocabulary as an object from tokens to ids.";

    public static Dictionary<string, int> Parse(ReadOnlyMemory<byte> content, string name)
    {
        try
        {
            using var json = JsonDocument.Parse(content);
            return Read(json.RootElement, name);
        }
        catch (JsonException e)
        {
            throw new DataFormatException(name, null, $"this is no correct JSON ({e.Message.Split(". ", 2)[0].TrimEnd('.')})", Again, e);
        }
        catch (InvalidOperationException e)
        {
            throw new DataFormatException(name, null, "a token is no correct text", Again, e);
        }
    }

    public static Dictionary<string, int> Read(JsonElement json, string name)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new DataFormatException(name, null, $"the vocabulary is of kind {json.ValueKind}", Again);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var used = new HashSet<int>();
        foreach (var entry in json.EnumerateObject())
        {
            string token = entry.Name;
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || id < 0)
                throw new DataFormatException(name, null, $"the token \"{ByteLevelBpe.Shorten(token)}\" has no id 0, 1, 2, …", Again);
            if (!ids.TryAdd(token, id))
                throw new DataFormatException(name, null, $"the token \"{ByteLevelBpe.Shorten(token)}\" occurs twice", Again);
            if (!used.Add(id))
                throw new DataFormatException(name, null, $"the id {id} of \"{ByteLevelBpe.Shorten(token)}\" is that of another token, too", Again);
        }
        CheckRange(used, name);
        return ids;
    }

    /// <summary>Ids are indices of tables: a single one far away would make these huge.</summary>
    public static void CheckRange(ICollection<int> ids, string name)
    {
        int most = ids.DefaultIfEmpty(-1).Max();
        if (most >= 2L * ids.Count + 65_536)
            throw new DataFormatException(name, null, $"the largest id is {most}, with only {ids.Count} tokens", Again);
    }
}
