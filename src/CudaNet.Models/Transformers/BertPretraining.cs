using CudaNet.Nn;

namespace CudaNet.Models.Transformers;

/// <summary>BERT with the heads of its pre-training: hidden tokens, and whether the second sentence follows the first.</summary>
/// <remarks>Names are those of Hugging Face's <c>BertForPreTraining</c>; the head shares the table of tokens.</remarks>
public sealed class BertPretraining : Module
{
    /// <summary>A model with fresh weights.</summary>
    public BertPretraining(BertConfig config, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        Bert = new(config, random);
        Transform = new(config.Size, config.TableSize ?? config.Size, random: random);
        TransformNorm = new(config.TableSize ?? config.Size, config.Epsilon);
        Bias = new(Tensor.Zeros([config.Vocabulary]));
        if (config.Pooler) SeqRelationship = new(config.Size, 2, random: random);
    }

    /// <summary>The encoder.</summary>
    public Bert Bert { get; }

    /// <summary>Before the table of tokens.</summary>
    [StateName("cls.predictions.transform.dense")] public Linear Transform { get; }

    /// <summary>Its normalisation.</summary>
    [StateName("cls.predictions.transform.LayerNorm")] public LayerNorm TransformNorm { get; }

    /// <summary>[vocabulary].</summary>
    [StateName("cls.predictions.bias")] public Parameter Bias { get; }

    /// <summary>From the pooled first token to two classes: follows, does not; null without a pooler.</summary>
    [StateName("cls.seq_relationship")] public Linear? SeqRelationship { get; }

    /// <summary>Tokens to logits of each place, [batch, length, vocabulary].</summary>
    public override Tensor Forward(Tensor x) => Predictions(Bert.Forward(x));

    /// <summary>Rows to logits of each place.</summary>
    public Tensor Predictions(Tensor rows) => Linear.Apply(TransformNorm.Forward(Transform.Forward(rows).Gelu()), Bert.WordEmbeddings.Weight, Bias.Value);

    /// <summary>Rows to logits of "follows" and "does not", [batch, 2].</summary>
    public Tensor Follows(Tensor rows) => (SeqRelationship ?? throw new InvalidOperationException("BertPretraining: this model was built without a pooler.")).Forward(Bert.Pooled(rows));

    /// <summary>Loss of the hidden tokens.</summary>
    /// <param name="tokens">Int64 [batch, length], some of them hidden.</param>
    /// <param name="targets">What stood there; −100 where nothing is asked.</param>
    /// <param name="padding">Bool [batch, length], true where a token is padding.</param>
    public Tensor MaskedLoss(Tensor tokens, Tensor targets, Tensor? padding = null) =>
        Loss.CrossEntropy(Predictions(Bert.Forward(tokens, padding)).Flatten(0, 1), targets.Flatten(), ignoreIndex: MaskedTokens.Ignored);
}
