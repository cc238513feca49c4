using CudaNet.Nn;
using CudaNet.Nn.Generation;
using CudaNet.Nn.Initializers;

namespace CudaNet.Models.Transformers;

/// <summary>GPT-2: a decoder with learned positions, normalisation before each part, GELU, and a head that shares the table of tokens.</summary>
/// <remarks>Radford et al. 2019. Names are those of Hugging Face's <c>GPT2LMHeadModel</c> without the head, which has no weights of its own.</remarks>
public sealed class Gpt2 : CausalModel
{
    private readonly Body _transformer;

    /// <summary>A model with fresh weights.</summary>
    public Gpt2(Gpt2Config config, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        (Config, _transformer) = (config, new(config, random));
    }

    /// <summary>Its sizes.</summary>
    public Gpt2Config Config { get; }

    /// <inheritdoc/>
    public override int Vocabulary => Config.Vocabulary;

    /// <inheritdoc/>
    public override long? MaxLength => Config.Positions;

    /// <inheritdoc/>
    public override KvShape CacheShape => new(Config.Layers, Config.Heads, Config.Size / Config.Heads, Config.Size / Config.Heads);

    /// <summary>The table of tokens, which is the head too: [vocabulary, size].</summary>
    public Parameter TokenTable => _transformer.Wte.Weight;

    /// <summary>The table of positions: [positions, size].</summary>
    public Parameter PositionTable => _transformer.Wpe.Weight;

    /// <inheritdoc/>
    public override Tensor Hidden(Tensor tokens, KvCache? cache = null)
    {
        Check(tokens, cache);
        var positions = cache is null ? Tensor.Arange(0, tokens.Shape[1], 1, DType.Int64, tokens.Device) : cache.Positions(tokens.Shape[1]);
        var x = _transformer.Drop.Forward(_transformer.Wte.Forward(tokens) + _transformer.Wpe.Forward(positions));
        for (var layer = 0; layer < _transformer.H.Count; layer++) x = _transformer.H[layer].Forward(x, cache?[layer]);
        return _transformer.LnF.Forward(x);
    }

    /// <inheritdoc/>
    public override Tensor Head(Tensor hidden) => Linear.Apply(hidden, TokenTable);

    /// <inheritdoc/>
    public override string ToString() => $"Gpt2({Config.Layers} layers of {Config.Size}, {Config.Heads} heads, {Config.Vocabulary} tokens)";

    private sealed class Body(Gpt2Config config, RandomStream? random) : Module
    {
        internal Embedding Wte { get; } = Table(config.Vocabulary, config.Size, 0.02, random);

        internal Embedding Wpe { get; } = Table(config.Positions, config.Size, 0.01, random);

        internal Dropout Drop { get; } = new(config.Dropout, random);

        internal List<Block> H { get; } = [.. Enumerable.Range(0, config.Layers).Select(_ => new Block(config, random))];

        [StateName("ln_f")] internal LayerNorm LnF { get; } = new(config.Size);

        public override Tensor Forward(Tensor x) => throw new NotSupportedException("Gpt2: call the model, not its body.");

        private static Embedding Table(long count, long size, double deviation, RandomStream? random)
        {
            var table = Model.FromShapes(() => new Embedding(count, size));
            table.Weight.Assign(Init.Normal([count, size], random, 0, deviation));
            return table;
        }
    }

    private sealed class Block : Module
    {
        private readonly AttentionForm _form;

        public Block(Gpt2Config config, RandomStream? random)
        {
            _form = new(config.Heads) { Causal = true, Random = random };
            // What is added to the residual stream is small at first, the more so the more layers there are.
            var residual = 0.02 / Math.Sqrt(2.0 * config.Layers);
            (Ln1, Ln2) = (new(config.Size), new(config.Size));
            CAttn = new(config.Size, 3 * config.Size, 0.02, random);
            AttnCProj = new(config.Size, config.Size, residual, random);
            CFc = new(config.Size, 4 * config.Size, 0.02, random);
            MlpCProj = new(4 * config.Size, config.Size, residual, random);
            Drop = new(config.Dropout, random);
        }

        [StateName("ln_1")] internal LayerNorm Ln1 { get; }

        [StateName("attn.c_attn")] internal Conv1D CAttn { get; }

        [StateName("attn.c_proj")] internal Conv1D AttnCProj { get; }

        [StateName("ln_2")] internal LayerNorm Ln2 { get; }

        [StateName("mlp.c_fc")] internal Conv1D CFc { get; }

        [StateName("mlp.c_proj")] internal Conv1D MlpCProj { get; }

        internal Dropout Drop { get; }

        public override Tensor Forward(Tensor x) => Forward(x, null);

        public Tensor Forward(Tensor x, KvLayer? cache)
        {
            var size = x.Shape[2];
            var parts = CAttn.Forward(Ln1.Forward(x));
            Tensor Part(int k) => parts.Narrow(2, k * size, size);
            var seen = Attention.Of(Part(0), Part(1), Part(2), _form with { Dropout = IsTraining ? Drop.P : 0 }, null, cache);
            x += Drop.Forward(AttnCProj.Forward(seen));
            return x + Drop.Forward(MlpCProj.Forward(CFc.Forward(Ln2.Forward(x)).Gelu(tanh: true)));
        }
    }
}
