using CudaNet.Nn;
using CudaNet.Nn.Generation;

namespace CudaNet.Models.Transformers;

/// <summary>A decoder in the style of DeepSeek V2: latent attention and sparse experts.</summary>
/// <remarks>DeepSeek-AI 2024. Names are those of Hugging Face's <c>DeepseekV2ForCausalLM</c>. Experts are chosen among all, without groups of devices.</remarks>
public sealed class DeepSeek : CausalModel
{
    private readonly Body _model;

    /// <summary>A model with fresh weights, normal with deviation 0.02.</summary>
    public DeepSeek(DeepSeekConfig config, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        (Config, _model) = (config, new(config, random));
        LmHead = new(config.Size, config.Vocabulary, false, random);
        FirstWeights.Normal(this, 0.02, random);
    }

    /// <summary>Its sizes.</summary>
    public DeepSeekConfig Config { get; }

    /// <summary>The head.</summary>
    public Linear LmHead { get; }

    /// <summary>The experts of each layer that has some.</summary>
    public IEnumerable<SparseExperts> Experts => _model.Layers.Select(layer => layer.Mlp).OfType<SparseExperts>();

    /// <inheritdoc/>
    public override int Vocabulary => Config.Vocabulary;

    /// <inheritdoc/>
    public override long? MaxLength => Config.Positions;

    /// <inheritdoc/>
    public override KvShape CacheShape => new(Config.Layers, 1, Config.Latent + Config.RotaryDepth, 0);

    /// <inheritdoc/>
    public override Tensor Hidden(Tensor tokens, KvCache? cache = null) => Run(tokens, cache).Hidden;

    /// <summary>Rows after the last layer, and the sum of the experts' balance losses.</summary>
    public (Tensor Hidden, Tensor BalanceLoss) Run(Tensor tokens, KvCache? cache = null)
    {
        Check(tokens, cache);
        var x = _model.EmbedTokens.Forward(tokens);
        var balance = Tensor.Zeros([], device: tokens.Device);
        for (var layer = 0; layer < _model.Layers.Count; layer++)
        {
            var block = _model.Layers[layer];
            x += block.SelfAttn.Forward(block.InputNorm.Forward(x), cache?[layer]);
            var rows = block.PostNorm.Forward(x);
            if (block.Mlp is not SparseExperts experts)
            {
                x += block.Mlp.Forward(rows);
                continue;
            }
            var (y, routing) = experts.Route(rows);
            (x, balance) = (x + y, balance + routing.BalanceLoss);
        }
        return (_model.Norm.Forward(x), balance);
    }

    /// <inheritdoc/>
    public override Tensor Head(Tensor hidden) => LmHead.Forward(hidden);

    /// <inheritdoc/>
    public override string ToString() => $"DeepSeek({Config.Layers} layers of {Config.Size}, {Config.Heads} heads, {Config.TopK} of {Config.Experts} experts)";

    private sealed class Body(DeepSeekConfig config, RandomStream? random) : Module
    {
        internal Embedding EmbedTokens { get; } = new(config.Vocabulary, config.Size, random);

        internal List<Block> Layers { get; } = [.. Enumerable.Range(0, config.Layers).Select(layer => new Block(config, layer, random))];

        internal RMSNorm Norm { get; } = new([config.Size], 1e-6);

        public override Tensor Forward(Tensor x) => throw new NotSupportedException("DeepSeek: call the model, not its body.");
    }

    private sealed class Block(DeepSeekConfig config, int layer, RandomStream? random) : Module
    {
        internal LatentAttention SelfAttn { get; } = new(config.Size, config.Heads, config.Latent, config.QueryLatent, config.Depth, config.RotaryDepth, random: random);

        internal Module Mlp { get; } = layer < config.DenseLayers
            ? new GatedFeedForward(config.Size, config.Hidden, random)
            : new SparseExperts(config.Size, config.ExpertHidden, config.Experts, config.TopK, config.CapacityFactor, config.SharedExperts * config.ExpertHidden, normalize: false, random);

        [StateName("input_layernorm")] internal RMSNorm InputNorm { get; } = new([config.Size], 1e-6);

        [StateName("post_attention_layernorm")] internal RMSNorm PostNorm { get; } = new([config.Size], 1e-6);

        public override Tensor Forward(Tensor x) => throw new NotSupportedException("DeepSeek: call the model, not a block.");
    }
}
