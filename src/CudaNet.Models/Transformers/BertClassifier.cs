using CudaNet.Nn;

namespace CudaNet.Models.Transformers;

/// <summary>BERT with a head for classes: of whole texts, of each token, or of where an answer begins and ends (two classes of each token).</summary>
/// <remarks>Names are those of Hugging Face's <c>BertForSequenceClassification</c> and <c>BertForTokenClassification</c>.</remarks>
public sealed class BertClassifier : Module
{
    /// <summary>A head of its own on an encoder.</summary>
    /// <param name="bert">The encoder, pre-trained perhaps.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="perToken">True for classes of each token.</param>
    /// <param name="random">Where the head's weights come from; the default stream if null.</param>
    public BertClassifier(Bert bert, long classes, bool perToken = false, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(bert);
        (Bert, PerToken) = (bert, perToken);
        Classifier = new(bert.Config.Size, classes, random: random);
        FirstWeights.Normal(Classifier, 0.02, random);
    }

    /// <summary>The encoder.</summary>
    public Bert Bert { get; }

    /// <summary>The head.</summary>
    public Linear Classifier { get; }

    /// <summary>True for classes of each token.</summary>
    public bool PerToken { get; }

    /// <summary>Tokens to logits, [batch, classes] or [batch, length, classes].</summary>
    public override Tensor Forward(Tensor x) => Forward(x, null);

    /// <inheritdoc cref="Bert.Forward(Tensor, Tensor?, Tensor?)"/>
    public Tensor Forward(Tensor tokens, Tensor? padding, Tensor? segments = null)
    {
        var rows = Bert.Forward(tokens, padding, segments);
        return Classifier.Forward(PerToken ? rows : Bert.Config.Pooler ? Bert.Pooled(rows) : Bert.MeanPooled(rows, padding));
    }

    /// <summary>Where an answer begins and ends: the best pair with the end not before the beginning.</summary>
    /// <param name="logits">[length, 2]: beginning and end.</param>
    public static (int Start, int End) BestSpan(Tensor logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        var values = logits.ToDoubles();
        (int Start, int End, double Score) best = (0, 0, double.NegativeInfinity);
        var start = 0;
        for (var end = 0; end < values.Length / 2; end++)
        {
            if (values[2 * end] > values[2 * start]) start = end;
            if (values[2 * start] + values[2 * end + 1] is var score && score > best.Score) best = (start, end, score);
        }
        return (best.Start, best.End);
    }
}
