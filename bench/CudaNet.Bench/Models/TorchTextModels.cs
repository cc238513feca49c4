using TorchSharp;
using Functions = TorchSharp.torch.nn.functional;

namespace CudaNet.Bench.Models;

/// <summary>Models of text in torch, of the shapes of ours.</summary>
internal static class TorchTextModels
{
    /// <summary>Which weights of ours lie as [in, out], as published.</summary>
    internal static bool IsTransposed(string name) => name.Contains(".c_", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal);

    /// <summary>Tokens [batch, length] to logits [batch, length, vocabulary].</summary>
    internal static torch.Tensor Gpt2(TorchWeights w, torch.Tensor tokens, int layers, int heads)
    {
        using var positions = torch.arange(tokens.shape[1]);
        var x = w.Embedding(tokens, "transformer.wte") + w.Embedding(positions, "transformer.wpe");
        for (var layer = 0; layer < layers; layer++)
            x = Gpt2Layer(w, x, layer, heads, (_, q, k, v) => Functions.scaled_dot_product_attention(q, k, v, is_casual: true));
        return Functions.linear(w.LayerNorm(x, "transformer.ln_f"), w["transformer.wte.weight"]);
    }

    /// <summary>One token of one text behind those whose keys and values are in the cache; returns its logits [vocabulary].</summary>
    /// <param name="w">The weights.</param>
    /// <param name="token">[1, length], one token or the whole prompt.</param>
    /// <param name="cache">Keys and values of each layer, [1, heads, most tokens, depth]; written in place.</param>
    /// <param name="seen">Tokens in the cache.</param>
    /// <param name="heads">Heads.</param>
    internal static torch.Tensor Gpt2Step(TorchWeights w, torch.Tensor token, IReadOnlyList<(torch.Tensor Keys, torch.Tensor Values)> cache, long seen, int heads)
    {
        var length = token.shape[1];
        using var positions = torch.arange(seen, seen + length);
        var x = w.Embedding(token, "transformer.wte") + w.Embedding(positions, "transformer.wpe");
        for (var layer = 0; layer < cache.Count; layer++)
            x = Gpt2Layer(w, x, layer, heads, (number, q, k, v) =>
            {
                var (keys, values) = cache[number];
                keys.narrow(2, seen, length).copy_(k);
                values.narrow(2, seen, length).copy_(v);
                return Functions.scaled_dot_product_attention(q, keys.narrow(2, 0, seen + length), values.narrow(2, 0, seen + length), is_casual: length > 1);
            });
        return Functions.linear(w.LayerNorm(x.narrow(1, length - 1, 1), "transformer.ln_f"), w["transformer.wte.weight"]).flatten();
    }

    private static torch.Tensor Gpt2Layer(TorchWeights w, torch.Tensor x, int layer, int heads, Func<int, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor> attend)
    {
        var name = $"transformer.h.{layer}";
        var parts = w.Linear(w.LayerNorm(x, $"{name}.ln_1"), $"{name}.attn.c_attn").chunk(3, 2);
        var seen = attend(layer, Split(parts[0], heads), Split(parts[1], heads), Split(parts[2], heads));
        x = x + w.Linear(Join(seen), $"{name}.attn.c_proj");
        var hidden = Functions.gelu(w.Linear(w.LayerNorm(x, $"{name}.ln_2"), $"{name}.mlp.c_fc"), TorchSharp.Modules.GELU.Approximate.tanh);
        return x + w.Linear(hidden, $"{name}.mlp.c_proj");
    }

    /// <summary>Tokens [batch, length] to rows [batch, length, size].</summary>
    internal static torch.Tensor Bert(TorchWeights w, torch.Tensor tokens, int layers, int heads, double epsilon)
    {
        using var positions = torch.arange(tokens.shape[1]);
        var x = w.Embedding(tokens, "embeddings.word_embeddings") + w.Embedding(positions, "embeddings.position_embeddings") + w["embeddings.token_type_embeddings.weight"][0];
        x = w.LayerNorm(x, "embeddings.LayerNorm", epsilon);
        for (var layer = 0; layer < layers; layer++)
        {
            var name = $"encoder.layer.{layer}";
            torch.Tensor Part(string part) => Split(w.Linear(x, $"{name}.attention.self.{part}"), heads);
            var seen = Join(Functions.scaled_dot_product_attention(Part("query"), Part("key"), Part("value")));
            x = w.LayerNorm(x + w.Linear(seen, $"{name}.attention.output.dense"), $"{name}.attention.output.LayerNorm", epsilon);
            x = w.LayerNorm(x + w.Linear(Functions.gelu(w.Linear(x, $"{name}.intermediate.dense")), $"{name}.output.dense"), $"{name}.output.LayerNorm", epsilon);
        }
        return x;
    }

    /// <summary>[batch, length, size] to [batch, heads, length, depth].</summary>
    private static torch.Tensor Split(torch.Tensor x, int heads) => x.view(x.shape[0], x.shape[1], heads, x.shape[2] / heads).transpose(1, 2);

    private static torch.Tensor Join(torch.Tensor x) => x.transpose(1, 2).flatten(2);
}
