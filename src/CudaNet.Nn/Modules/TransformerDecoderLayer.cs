namespace CudaNet.Nn;

/// <summary>Self-attention, attention to an encoder's rows, and a feed-forward net, each with a residual sum and a layer normalisation.</summary>
/// <remarks>Vaswani et al. 2017; names are PyTorch's.</remarks>
public sealed class TransformerDecoderLayer : Module
{
    private readonly TransformerOptions _options;

    /// <summary>A layer with fresh weights.</summary>
    public TransformerDecoderLayer(TransformerOptions options, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        SelfAttn = new(options.Size, options.Heads, options.Dropout, random: random);
        MultiheadAttn = new(options.Size, options.Heads, options.Dropout, random: random);
        Linear1 = new(options.Size, options.Hidden, random: random);
        Linear2 = new(options.Hidden, options.Size, random: random);
        (Norm1, Norm2, Norm3) = (new(options.Size, options.Epsilon), new(options.Size, options.Epsilon), new(options.Size, options.Epsilon));
        Dropout = new(options.Dropout, random);
    }

    /// <summary>Attention of the rows to one another.</summary>
    public MultiHeadAttention SelfAttn { get; }

    /// <summary>Attention to the encoder's rows.</summary>
    public MultiHeadAttention MultiheadAttn { get; }

    /// <summary>From rows to the hidden size.</summary>
    public Linear Linear1 { get; }

    /// <summary>And back.</summary>
    public Linear Linear2 { get; }

    /// <summary>Of the self-attention.</summary>
    public LayerNorm Norm1 { get; }

    /// <summary>Of the attention to the encoder.</summary>
    public LayerNorm Norm2 { get; }

    /// <summary>Of the feed-forward net.</summary>
    public LayerNorm Norm3 { get; }

    /// <summary>On what each part adds.</summary>
    public Dropout Dropout { get; }

    /// <summary>Not by itself: a decoder needs the encoder's rows.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override Tensor Forward(Tensor x) => throw new NotSupportedException("TransformerDecoderLayer: give the encoder's rows too, as in Forward(x, memory).");

    /// <summary>[batch, length, size] to the same.</summary>
    /// <param name="x">The rows.</param>
    /// <param name="memory">The encoder's rows, [batch, keys, size].</param>
    /// <param name="causal">A row sees none behind it.</param>
    /// <param name="keyPaddingMask">Bool [batch, length], true where a row is padding.</param>
    /// <param name="memoryPaddingMask">Bool [batch, keys], true where the encoder's row is padding.</param>
    public Tensor Forward(Tensor x, Tensor memory, bool causal = true, Tensor? keyPaddingMask = null, Tensor? memoryPaddingMask = null)
    {
        Tensor Attend(Tensor rows) => Dropout.Forward(SelfAttn.Forward(rows, rows, rows, keyPaddingMask, null, causal));
        Tensor Look(Tensor rows) => Dropout.Forward(MultiheadAttn.Forward(rows, memory, memory, memoryPaddingMask));
        Tensor FeedForward(Tensor rows)
        {
            var hidden = Linear1.Forward(rows);
            return Dropout.Forward(Linear2.Forward(Dropout.Forward(_options.Activation?.Invoke(hidden) ?? hidden.Relu())));
        }
        x = TransformerEncoderLayer.AddNorm(x, Norm1, _options.NormFirst, Attend);
        x = TransformerEncoderLayer.AddNorm(x, Norm2, _options.NormFirst, Look);
        return TransformerEncoderLayer.AddNorm(x, Norm3, _options.NormFirst, FeedForward);
    }

    /// <inheritdoc/>
    public override string ToString() => $"TransformerDecoderLayer({_options.Size}, {_options.Heads} heads, {_options.Hidden})";
}
