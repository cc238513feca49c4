using CudaNet.Nn;

namespace CudaNet.Models.Transformers;

/// <summary>BERT: an encoder that sees the whole text at once.</summary>
/// <remarks>Devlin et al. 2019; RoBERTa, ELECTRA and MiniLM are other sizes of it. Names are those of Hugging Face's <c>BertModel</c>.</remarks>
public sealed class Bert : Module
{
    /// <summary>A model with fresh weights, normal with deviation 0.02.</summary>
    public Bert(BertConfig config, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        var size = config.TableSize ?? config.Size;
        (WordEmbeddings, PositionEmbeddings) = (new(config.Vocabulary, size, random), new(config.Positions, size, random));
        if (config.Segments > 0) TokenTypeEmbeddings = new(config.Segments, size, random);
        EmbeddingNorm = new(size, config.Epsilon);
        if (size != config.Size) EmbeddingsProject = new(size, config.Size, random: random);
        Layers = [.. Enumerable.Range(0, config.Layers).Select(_ => new BertLayer(config, random))];
        if (config.Pooler) Pooler = new(config.Size, config.Size, random: random);
        Drop = new(config.Dropout, random);
        FirstWeights.Normal(this, 0.02, random);
    }

    /// <summary>Its sizes.</summary>
    public BertConfig Config { get; }

    /// <summary>[vocabulary, size].</summary>
    [StateName("embeddings.word_embeddings")] public Embedding WordEmbeddings { get; }

    /// <summary>[positions, size].</summary>
    [StateName("embeddings.position_embeddings")] public Embedding PositionEmbeddings { get; }

    /// <summary>[segments, size]; null for none.</summary>
    [StateName("embeddings.token_type_embeddings")] public Embedding? TokenTypeEmbeddings { get; }

    /// <summary>Normalisation of the sum of the tables.</summary>
    [StateName("embeddings.LayerNorm")] public LayerNorm EmbeddingNorm { get; }

    /// <summary>From the tables' size to that of a row; null where they are the same.</summary>
    public Linear? EmbeddingsProject { get; }

    /// <summary>The layers.</summary>
    [StateName("encoder.layer")] public IReadOnlyList<BertLayer> Layers { get; }

    /// <summary>On the first token; null for none.</summary>
    [StateName("pooler.dense")] public Linear? Pooler { get; }

    private Dropout Drop { get; }

    /// <summary>Tokens [batch, length] to rows [batch, length, size].</summary>
    public override Tensor Forward(Tensor x) => Forward(x, null);

    /// <summary>Rows after the last layer.</summary>
    /// <param name="tokens">Int64 [batch, length].</param>
    /// <param name="padding">Bool [batch, length], true where a token is padding.</param>
    /// <param name="segments">Int64 [batch, length]; all 0 if null.</param>
    /// <returns>[batch, length, size].</returns>
    public Tensor Forward(Tensor tokens, Tensor? padding, Tensor? segments = null) => HiddenStates(tokens, padding, segments)[^1];

    /// <summary>Rows before the first layer and after each, for features.</summary>
    /// <inheritdoc cref="Forward(Tensor, Tensor?, Tensor?)"/>
    public IReadOnlyList<Tensor> HiddenStates(Tensor tokens, Tensor? padding = null, Tensor? segments = null)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.Rank != 2 || !tokens.DType.IsInteger() || tokens.Shape[1] + Config.FirstPosition > Config.Positions)
            throw new ShapeException($"Bert: the tokens are {tokens.DType.ShortName()}{tokens.Shape}. Give integers [batch, length] with at most {Config.Positions - Config.FirstPosition} tokens a text.");
        var positions = Tensor.Arange(Config.FirstPosition, Config.FirstPosition + tokens.Shape[1], 1, DType.Int64, tokens.Device);
        var x = WordEmbeddings.Forward(tokens) + PositionEmbeddings.Forward(positions);
        if (TokenTypeEmbeddings is not null) x += TokenTypeEmbeddings.Forward(segments ?? tokens.ZerosLike());
        x = Drop.Forward(EmbeddingNorm.Forward(x));
        if (EmbeddingsProject is not null) x = EmbeddingsProject.Forward(x);
        var visible = padding is null ? null : (~padding).Reshape(padding.Shape[0], 1, 1, padding.Shape[1]);
        var states = new List<Tensor> { x };
        foreach (var layer in Layers) states.Add(x = layer.Forward(x, visible));
        return states;
    }

    /// <summary>tanh of the pooler on the first token, [batch, size].</summary>
    /// <exception cref="InvalidOperationException">The model has no pooler.</exception>
    public Tensor Pooled(Tensor rows) => (Pooler ?? throw new InvalidOperationException("Bert: this model was built without a pooler.")).Forward(rows.Select(1, 0)).Tanh();

    /// <summary>The mean of the rows that are no padding, [batch, size]: an embedding of the text.</summary>
    public static Tensor MeanPooled(Tensor rows, Tensor? padding = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (padding is null) return rows.Mean(1);
        var counts = (~padding).To(rows.DType).Unsqueeze(2);
        return (rows * counts).Sum(1) / counts.Sum(1).Maximum(1e-9);
    }

    /// <inheritdoc/>
    public override string ToString() => $"Bert({Config.Layers} layers of {Config.Size}, {Config.Heads} heads, {Config.Vocabulary} tokens)";
}
