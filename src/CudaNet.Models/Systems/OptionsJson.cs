using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CudaNet.Models.Language;
using CudaNet.Models.Mnist;

namespace CudaNet.Models.Systems;

/// <summary>Options in checkpoints as JSON, with code that is made while compiling.</summary>
[JsonSerializable(typeof(MnistOptions))]
[JsonSerializable(typeof(GptOptions))]
internal sealed partial class OptionsJson : JsonSerializerContext
{
    /// <summary>Options from their text; null where the text is. What it does not name has its default.</summary>
    /// <exception cref="JsonException">The text is damaged.</exception>
    public static T? Read<T>(string text, JsonTypeInfo<T> type) where T : class, new()
    {
        if (JsonNode.Parse(text) is not { } given) return null;
        // Compiled code gives every property that can only be set at first a value, 0 where there is none.
        var all = JsonSerializer.SerializeToNode(new T(), type)!.AsObject();
        foreach (var (name, value) in given as JsonObject ?? throw new JsonException("the options are no object")) all[name] = value?.DeepClone();
        return all.Deserialize(type);
    }
}
