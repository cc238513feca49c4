using CudaNet.Nn;

namespace CudaNet.Models.Transformers;

/// <summary>ALBERT: one layer applied again and again, and narrow tables that are widened by a product.</summary>
/// <remarks>Lan et al. 2020. Names are those of Hugging Face's <c>AlbertModel</c>.</remarks>
public sealed class Albert : Module
{
    private readonly AttentionForm _form;

    /// <summary>A model with fresh weights, normal with deviation 0.02.</summary>
    public Albert(AlbertConfig config, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        (Config, _form) = (config, new(config.Heads));
        (WordEmbeddings, PositionEmbeddings, TokenTypeEmbeddings) = (new(config.Vocabulary, config.TableSize, random), new(config.Positions, config.TableSize, random), new(config.Segments, config.TableSize, random));
        (EmbeddingNorm, AttentionNorm, LayerNorm) = (new(config.TableSize, 1e-12), new(config.Size, 1e-12), new(config.Size, 1e-12));
        Widen = new(config.TableSize, config.Size, random: random);
        (Query, Key, Value, Dense) = (new(config.Size, config.Size, random: random), new(config.Size, config.Size, random: random), new(config.Size, config.Size, random: random), new(config.Size, config.Size, random: random));
        (Ffn, FfnOutput, Pooler) = (new(config.Size, config.Hidden, random: random), new(config.Hidden, config.Size, random: random), new(config.Size, config.Size, random: random));
        FirstWeights.Normal(this, 0.02, random);
    }

    /// <summary>Its sizes.</summary>
    public AlbertConfig Config { get; }

    /// <summary>On the first token, with tanh behind it.</summary>
    public Linear Pooler { get; }

    /// <summary>[vocabulary, table size].</summary>
    [StateName("embeddings.word_embeddings")] public Embedding WordEmbeddings { get; }

    [StateName("embeddings.position_embeddings")] private Embedding PositionEmbeddings { get; }

    [StateName("embeddings.token_type_embeddings")] private Embedding TokenTypeEmbeddings { get; }

    [StateName("embeddings.LayerNorm")] private LayerNorm EmbeddingNorm { get; }

    [StateName("encoder.embedding_hidden_mapping_in")] private Linear Widen { get; }

    [StateName("encoder.albert_layer_groups.0.albert_layers.0.attention.query")] private Linear Query { get; }

    [StateName("encoder.albert_layer_groups.0.albert_layers.0.attention.key")] private Linear Key { get; }

    [StateName("encoder.albert_layer_groups.0.albert_layers.0.attention.value")] private Linear Value { get; }

    [StateName("encoder.albert_layer_groups.0.albert_layers.0.attention.dense")] private Linear Dense { get; }

    [StateName("encoder.albert_layer_groups.0.albert_layers.0.attention.LayerNorm")] private LayerNorm AttentionNorm { get; }

    [StateName("encoder.albert_layer_groups.0.albert_layers.0.ffn")] private Linear Ffn { get; }

    [StateName("encoder.albert_layer_groups.0.albert_layers.0.ffn_output")] private Linear FfnOutput { get; }

    [StateName("encoder.albert_layer_groups.0.albert_layers.0.full_layer_layer_norm")] private LayerNorm LayerNorm { get; }

    /// <summary>Tokens [batch, length] to rows [batch, length, size].</summary>
    public override Tensor Forward(Tensor x) => Forward(x, null);

    /// <inheritdoc cref="Bert.Forward(Tensor, Tensor?, Tensor?)"/>
    public Tensor Forward(Tensor tokens, Tensor? padding, Tensor? segments = null)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.Rank != 2 || !tokens.DType.IsInteger() || tokens.Shape[1] > Config.Positions)
            throw new ShapeException($"Albert: the tokens are {tokens.DType.ShortName()}{tokens.Shape}. Give integers [batch, length] with at most {Config.Positions} tokens a text.");
        var positions = Tensor.Arange(0, tokens.Shape[1], 1, DType.Int64, tokens.Device);
        var x = Widen.Forward(EmbeddingNorm.Forward(WordEmbeddings.Forward(tokens) + PositionEmbeddings.Forward(positions) + TokenTypeEmbeddings.Forward(segments ?? tokens.ZerosLike())));
        var visible = padding is null ? null : (~padding).Reshape(padding.Shape[0], 1, 1, padding.Shape[1]);
        for (var k = 0; k < Config.Layers; k++)
        {
            x = AttentionNorm.Forward(x + Dense.Forward(Attention.Of(Query.Forward(x), Key.Forward(x), Value.Forward(x), _form, visible)));
            x = LayerNorm.Forward(x + FfnOutput.Forward(Ffn.Forward(x).Gelu(tanh: true)));
        }
        return x;
    }

    /// <summary>tanh of the pooler on the first token, [batch, size].</summary>
    public Tensor Pooled(Tensor rows) => Pooler.Forward(rows.Select(1, 0)).Tanh();

    /// <inheritdoc/>
    public override string ToString() => $"Albert({Config.Layers} times one layer of {Config.Size}, tables of {Config.TableSize})";
}
