using CudaNet.Nn;

namespace CudaNet.Models.Transformers;

/// <summary>A layer of BERT: self-attention and a feed-forward net with GELU, normalised behind each residual sum.</summary>
public sealed class BertLayer : Module
{
    private readonly AttentionForm _form;

    internal BertLayer(BertConfig config, RandomStream? random)
    {
        _form = new(config.Heads) { Random = random };
        (Query, Key, Value, AttentionOutput) = (new(config.Size, config.Size, random: random), new(config.Size, config.Size, random: random), new(config.Size, config.Size, random: random), new(config.Size, config.Size, random: random));
        (Intermediate, Output) = (new(config.Size, config.Hidden, random: random), new(config.Hidden, config.Size, random: random));
        (AttentionNorm, OutputNorm) = (new(config.Size, config.Epsilon), new(config.Size, config.Epsilon));
        Drop = new(config.Dropout, random);
    }

    /// <summary>To the queries.</summary>
    [StateName("attention.self.query")] public Linear Query { get; }

    /// <summary>To the keys.</summary>
    [StateName("attention.self.key")] public Linear Key { get; }

    /// <summary>To the values.</summary>
    [StateName("attention.self.value")] public Linear Value { get; }

    /// <summary>What joins the heads.</summary>
    [StateName("attention.output.dense")] public Linear AttentionOutput { get; }

    /// <summary>Behind the attention.</summary>
    [StateName("attention.output.LayerNorm")] public LayerNorm AttentionNorm { get; }

    /// <summary>To the hidden size.</summary>
    [StateName("intermediate.dense")] public Linear Intermediate { get; }

    /// <summary>And back.</summary>
    [StateName("output.dense")] public Linear Output { get; }

    /// <summary>Behind the feed-forward net.</summary>
    [StateName("output.LayerNorm")] public LayerNorm OutputNorm { get; }

    private Dropout Drop { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Forward(x, null);

    /// <summary>[batch, length, size] to the same.</summary>
    /// <param name="x">The rows.</param>
    /// <param name="visible">Bool, broadcasts to [batch, heads, length, length]: true where a row may look.</param>
    public Tensor Forward(Tensor x, Tensor? visible)
    {
        var seen = Attention.Of(Query.Forward(x), Key.Forward(x), Value.Forward(x), _form with { Dropout = IsTraining ? Drop.P : 0 }, visible);
        x = AttentionNorm.Forward(x + Drop.Forward(AttentionOutput.Forward(seen)));
        return OutputNorm.Forward(x + Drop.Forward(Output.Forward(Intermediate.Forward(x).Gelu())));
    }

    /// <inheritdoc/>
    public override string ToString() => $"BertLayer({Query.InFeatures}, {_form.Heads} heads)";
}
