using CudaNet.Nn;
using CudaNet.Nn.Initializers;

namespace CudaNet.Models.Transformers;

/// <summary>T5: an encoder and a decoder with relative positions, RMS norms, and no biases; every task is text to text.</summary>
/// <remarks>Raffel et al. 2020. Scores are not divided by √depth; the first weights make up for it. Names are those of Hugging Face's
/// <c>T5ForConditionalGeneration</c>.</remarks>
public sealed class T5 : Module
{
    /// <summary>A model with fresh weights.</summary>
    public T5(T5Config config, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        Shared = new(config.Vocabulary, config.Size, random);
        (Encoder, Decoder) = (new(config, false, random), new(config, true, random));
        if (config.Gated) LmHead = new(config.Size, config.Vocabulary, false, random);
    }

    /// <summary>Its sizes.</summary>
    public T5Config Config { get; }

    /// <summary>The table of tokens, [vocabulary, size].</summary>
    public Embedding Shared { get; }

    /// <summary>The head; null where it shares the table.</summary>
    public Linear? LmHead { get; }

    private Stack Encoder { get; }

    private Stack Decoder { get; }

    /// <summary>Not by itself: T5 needs a source and a target.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override Tensor Forward(Tensor x) => throw new NotSupportedException("T5: give source and target, as in Forward(source, target).");

    /// <summary>Logits of the target's next tokens, [batch, target length, vocabulary].</summary>
    /// <param name="source">Int64 [batch, source length].</param>
    /// <param name="target">Int64 [batch, target length], beginning with the start token.</param>
    /// <param name="sourcePadding">Bool [batch, source length], true where a token is padding.</param>
    public Tensor Forward(Tensor source, Tensor target, Tensor? sourcePadding = null) => Decode(target, Encode(source, sourcePadding), sourcePadding);

    /// <summary>Rows of the source, [batch, source length, size].</summary>
    public Tensor Encode(Tensor source, Tensor? padding = null) => Encoder.Run(Shared.Forward(source), Visible(padding), null, null, null);

    /// <summary>Logits of the target's next tokens from the source's rows.</summary>
    /// <param name="target">Int64 [batch, target length].</param>
    /// <param name="memory">[batch, source length, size].</param>
    /// <param name="sourcePadding">Bool [batch, source length], true where a token is padding.</param>
    /// <param name="cache">What was decoded before; the caller advances it.</param>
    public Tensor Decode(Tensor target, Tensor memory, Tensor? sourcePadding = null, KvCache? cache = null)
    {
        var rows = Decoder.Run(Shared.Forward(target), null, memory, Visible(sourcePadding), cache);
        return LmHead?.Forward(rows) ?? Linear.Apply(rows / Math.Sqrt(Config.Size), Shared.Weight);
    }

    /// <summary>What a cache of the decoder keeps of a token.</summary>
    public KvShape CacheShape => new(Config.Layers, Config.Heads, Config.HeadSize, Config.HeadSize);

    /// <inheritdoc/>
    public override string ToString() => $"T5({Config.Layers} + {Config.Layers} layers of {Config.Size}, {Config.Heads} heads, {Config.Vocabulary} tokens)";

    private static Tensor? Visible(Tensor? padding) => padding is null ? null : (~padding).Reshape(padding.Shape[0], 1, 1, padding.Shape[1]);

    private sealed class Stack : Module
    {
        private readonly AttentionForm _own, _cross;

        public Stack(T5Config config, bool decoder, RandomStream? random)
        {
            Block = [.. Enumerable.Range(0, config.Layers).Select(layer => new T5Block(config, decoder, layer == 0, random))];
            FinalLayerNorm = new([config.Size], 1e-6);
            // The first layer's table serves all.
            _own = new(config.Heads) { Causal = decoder, Scale = 1, Bias = Block[0].RelativeAttentionBias };
            _cross = new(config.Heads) { Scale = 1 };
        }

        internal List<T5Block> Block { get; }

        internal RMSNorm FinalLayerNorm { get; }

        public override Tensor Forward(Tensor x) => Run(x, null, null, null, null);

        public Tensor Run(Tensor x, Tensor? visible, Tensor? memory, Tensor? memoryVisible, KvCache? cache)
        {
            for (var k = 0; k < Block.Count; k++) x = Block[k].Run(x, _own, visible, memory, _cross, memoryVisible, cache?[k]);
            return FinalLayerNorm.Forward(x);
        }
    }

    private sealed class T5Block : Module
    {
        public T5Block(T5Config config, bool decoder, bool first, RandomStream? random)
        {
            Layer = [new(config, config.Size, "SelfAttention", random), .. decoder ? new[] { new Part(config, config.Size, "EncDecAttention", random) } : [], new(config, config.Size, "DenseReluDense", random)];
            if (first) RelativeAttentionBias = new(config.Heads, config.Buckets, config.MaxDistance, bidirectional: !decoder, random);
        }

        internal List<Part> Layer { get; }

        [StateName("layer.0.SelfAttention.relative_attention_bias")] internal RelativeBias? RelativeAttentionBias { get; }

        public override Tensor Forward(Tensor x) => throw new NotSupportedException("T5: call the model, not a block.");

        public Tensor Run(Tensor x, AttentionForm own, Tensor? visible, Tensor? memory, AttentionForm cross, Tensor? memoryVisible, KvLayer? cache)
        {
            var rows = Layer[0].LayerNorm.Forward(x);
            x += Layer[0].Attend(rows, rows, own, visible, cache);
            if (memory is not null) x += Layer[1].Attend(Layer[1].LayerNorm.Forward(x), memory, cross, memoryVisible, null);
            return x + Layer[^1].FeedForward(Layer[^1].LayerNorm.Forward(x));
        }
    }

    private sealed class Part : Module
    {
        private readonly Dictionary<string, Linear> _weights = [];
        private readonly string _name;

        public Part(T5Config config, long size, string name, RandomStream? random)
        {
            _name = name;
            LayerNorm = new([size], 1e-6);
            var inner = config.Heads * config.HeadSize;
            if (name != "DenseReluDense")
            {
                Add("q", size, inner, Math.Pow(size * config.HeadSize, -0.5), random);
                foreach (var part in new[] { "k", "v" }) Add(part, size, inner, Math.Pow(size, -0.5), random);
                Add("o", inner, size, Math.Pow(inner, -0.5), random);
                return;
            }
            foreach (var part in config.Gated ? new[] { "wi_0", "wi_1" } : ["wi"]) Add(part, size, config.Hidden, Math.Pow(size, -0.5), random);
            Add("wo", config.Hidden, size, Math.Pow(config.Hidden, -0.5), random);
        }

        internal RMSNorm LayerNorm { get; }

        protected override IEnumerable<(string Name, object Value)> Members() =>
            [.. _weights.Select(entry => ($"{_name}.{entry.Key}", (object)entry.Value)), ("layer_norm", LayerNorm)];

        public override Tensor Forward(Tensor x) => FeedForward(x);

        public Tensor Attend(Tensor x, Tensor memory, AttentionForm form, Tensor? visible, KvLayer? cache) =>
            _weights["o"].Forward(Attention.Of(_weights["q"].Forward(x), _weights["k"].Forward(memory), _weights["v"].Forward(memory), form, visible, cache));

        public Tensor FeedForward(Tensor x) => _weights["wo"].Forward(_weights.TryGetValue("wi", out var plain)
            ? plain.Forward(x).Relu() : _weights["wi_0"].Forward(x).Gelu(tanh: true) * _weights["wi_1"].Forward(x));

        private void Add(string name, long inFeatures, long outFeatures, double deviation, RandomStream? random)
        {
            var layer = Model.FromShapes(() => new Linear(inFeatures, outFeatures, false));
            layer.Weight.Assign(Init.Normal([outFeatures, inFeatures], random, 0, deviation));
            _weights.Add(name, layer);
        }
    }
}
