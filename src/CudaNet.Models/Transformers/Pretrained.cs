using System.Text.Json;
using CudaNet.Nn;
using CudaNet.Nn.Formats;
using CudaNet.Nn.Formats.SafeTensors;
using CudaNet.Nn.Generation;

namespace CudaNet.Models.Transformers;

/// <summary>Models as Hugging Face publishes them: a folder with config.json and weights in one or several safetensors files.</summary>
public static class Pretrained
{
    /// <summary>Reads all weights of a folder.</summary>
    /// <exception cref="IOException">There are none, or one of several files is missing.</exception>
    /// <exception cref="DataFormatException">A file is damaged.</exception>
    public static IReadOnlyDictionary<string, Tensor> Weights(string folder)
    {
        var index = Path.Combine(folder, SafeTensorsShards.IndexName);
        if (File.Exists(index))
        {
            using var shards = SafeTensorsShards.Open(index);
            return shards.ReadAll();
        }
        var path = Path.Combine(folder, "model.safetensors");
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: the weights are missing. Give a folder with model.safetensors, or with all files that its index names.", path);
        using var file = SafeTensorsFile.Open(path);
        return file.ReadAll();
    }

    /// <summary>Reads a decoder: GPT-2, Llama or Mistral.</summary>
    /// <exception cref="DataFormatException">config.json is damaged or of another kind of model.</exception>
    /// <exception cref="StateDictException">Weights do not fit.</exception>
    public static CausalModel Decoder(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        using var json = Parse(path);
        var root = json.RootElement;
        long Number(string name, long? otherwise = null) => root.TryGetProperty(name, out var value) && value.TryGetInt64(out var number) ? number
            : otherwise ?? throw new DataFormatException(path, null, $"there is no number \"{name}\"", "Fetch the file again.");
        double Real(string name, double otherwise) => root.TryGetProperty(name, out var value) && value.TryGetDouble(out var number) ? number : otherwise;
        var kind = root.TryGetProperty("model_type", out var type) ? type.GetString() : null;
        CausalModel model = kind switch
        {
            "gpt2" => Model.FromShapes(() => new Gpt2(new((int)Number("n_layer"), Number("n_embd"), Number("n_head"), (int)Number("vocab_size"), Number("n_positions", 1024)))),
            "llama" or "mistral" => Model.FromShapes(() => new Llama(new((int)Number("num_hidden_layers"), Number("hidden_size"), Number("intermediate_size"), Number("num_attention_heads"),
                Number("num_key_value_heads", Number("num_attention_heads")), (int)Number("vocab_size"), Number("max_position_embeddings"))
            {
                RotaryBase = Real("rope_theta", 10000),
                Epsilon = Real("rms_norm_eps", 1e-5),
                TiedHead = root.TryGetProperty("tie_word_embeddings", out var tied) && tied.ValueKind == JsonValueKind.True,
                SlidingWindow = root.TryGetProperty("sliding_window", out var window) && window.TryGetInt64(out var size) ? size : null,
            })),
            _ => throw new DataFormatException(path, null, $"the model is of type \"{kind}\"", "gpt2, llama and mistral can be read."),
        };
        Load(model, Weights(folder));
        return model;
    }

    /// <summary>Puts weights into a model, whatever prefix either has; masks and heads that share a table are left out.</summary>
    /// <exception cref="StateDictException">Weights do not fit.</exception>
    public static void Load(Module model, IReadOnlyDictionary<string, Tensor> weights)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(weights);
        var known = model.StateDict();
        var prefixes = known.Keys.Select(name => name[..(name.IndexOf('.') + 1)]).Distinct().Prepend("").ToList();
        var fitted = new Dictionary<string, Tensor>();
        foreach (var (name, value) in weights)
        {
            var bare = name[(name.IndexOf('.') + 1)..];
            var found = prefixes.Select(prefix => prefix + name).Append(bare).FirstOrDefault(known.ContainsKey);
            if (found is null && IsLeftOut(name)) continue;
            fitted[found ?? name] = value;
        }
        model.LoadStateDict(fitted);
    }

    private static bool IsLeftOut(string name) => name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".masked_bias", StringComparison.Ordinal)
        || name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal) || name.EndsWith("position_ids", StringComparison.Ordinal) || name == "lm_head.weight";

    private static JsonDocument Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException error)
        {
            throw new DataFormatException(path, null, $"this is no JSON ({error.Message.TrimEnd('.')})", "Fetch the file again.", error);
        }
    }
}
