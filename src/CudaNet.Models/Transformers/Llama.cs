using CudaNet.Nn;
using CudaNet.Nn.Generation;

namespace CudaNet.Models.Transformers;

/// <summary>A decoder in the style of Llama and Mistral: RMS norm, rotary positions, grouped heads, gated feed-forward nets, no biases.</summary>
/// <remarks>Touvron et al. 2023; Jiang et al. 2023. Names are those of Hugging Face's <c>LlamaForCausalLM</c>.</remarks>
public sealed class Llama : CausalModel
{
    private readonly Body _model;

    /// <summary>A model with fresh weights, normal with deviation 0.02.</summary>
    public Llama(LlamaConfig config, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        (Config, _model) = (config, new(config, random));
        if (!config.TiedHead) LmHead = new(config.Size, config.Vocabulary, false, random);
        FirstWeights.Normal(this, 0.02, random);
    }

    /// <summary>Its sizes.</summary>
    public LlamaConfig Config { get; }

    /// <summary>The head; null where it shares the table of tokens.</summary>
    public Linear? LmHead { get; }

    /// <inheritdoc/>
    public override int Vocabulary => Config.Vocabulary;

    /// <inheritdoc/>
    public override long? MaxLength => Config.Positions;

    /// <inheritdoc/>
    public override long? Window => Config.SlidingWindow - 1;

    /// <inheritdoc/>
    public override KvShape CacheShape => new(Config.Layers, Config.KvHeads, HeadSize(Config), HeadSize(Config));

    /// <inheritdoc/>
    public override Tensor Hidden(Tensor tokens, KvCache? cache = null)
    {
        Check(tokens, cache);
        var x = _model.EmbedTokens.Forward(tokens);
        for (var layer = 0; layer < _model.Layers.Count; layer++) x = _model.Layers[layer].Forward(x, cache?[layer]);
        return _model.Norm.Forward(x);
    }

    /// <inheritdoc/>
    public override Tensor Head(Tensor hidden) => LmHead?.Forward(hidden) ?? Linear.Apply(hidden, _model.EmbedTokens.Weight);

    /// <inheritdoc/>
    public override string ToString() => $"Llama({Config.Layers} layers of {Config.Size}, {Config.Heads}/{Config.KvHeads} heads, {Config.Vocabulary} tokens)";

    private static long HeadSize(LlamaConfig config) => config.HeadSize ?? config.Size / config.Heads;

    private sealed class Body(LlamaConfig config, RandomStream? random) : Module
    {
        internal Embedding EmbedTokens { get; } = new(config.Vocabulary, config.Size, random);

        internal List<Block> Layers { get; } = [.. Enumerable.Range(0, config.Layers).Select(_ => new Block(config, random))];

        internal RMSNorm Norm { get; } = new([config.Size], config.Epsilon);

        public override Tensor Forward(Tensor x) => throw new NotSupportedException("Llama: call the model, not its body.");
    }

    private sealed class Block(LlamaConfig config, RandomStream? random) : Module
    {
        private readonly AttentionForm _form = new(config.Heads, config.KvHeads)
        {
            Causal = true,
            Window = config.SlidingWindow - 1,
            Rotary = new(HeadSize(config), config.RotaryBase, scaling: config.RotaryScaling),
        };

        [StateName("self_attn.q_proj")] internal Linear QProj { get; } = new(config.Size, config.Heads * HeadSize(config), false, random);

        [StateName("self_attn.k_proj")] internal Linear KProj { get; } = new(config.Size, config.KvHeads * HeadSize(config), false, random);

        [StateName("self_attn.v_proj")] internal Linear VProj { get; } = new(config.Size, config.KvHeads * HeadSize(config), false, random);

        [StateName("self_attn.o_proj")] internal Linear OProj { get; } = new(config.Heads * HeadSize(config), config.Size, false, random);

        internal GatedFeedForward Mlp { get; } = new(config.Size, config.Hidden, random);

        [StateName("input_layernorm")] internal RMSNorm InputNorm { get; } = new([config.Size], config.Epsilon);

        [StateName("post_attention_layernorm")] internal RMSNorm PostNorm { get; } = new([config.Size], config.Epsilon);

        public override Tensor Forward(Tensor x) => Forward(x, null);

        public Tensor Forward(Tensor x, KvLayer? cache)
        {
            var rows = InputNorm.Forward(x);
            x += OProj.Forward(Attention.Of(QProj.Forward(rows), KProj.Forward(rows), VProj.Forward(rows), _form, null, cache));
            return x + Mlp.Forward(PostNorm.Forward(x));
        }
    }
}
