namespace CudaNet.Nn;

/// <summary>Self-attention and a feed-forward net, each with a residual sum and a layer normalisation.</summary>
/// <remarks>Vaswani et al. 2017; names are PyTorch's.</remarks>
public sealed class TransformerEncoderLayer : Module
{
    private readonly TransformerOptions _options;

    /// <summary>A layer with fresh weights.</summary>
    public TransformerEncoderLayer(TransformerOptions options, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        SelfAttn = new(options.Size, options.Heads, options.Dropout, random: random);
        Linear1 = new(options.Size, options.Hidden, random: random);
        Linear2 = new(options.Hidden, options.Size, random: random);
        (Norm1, Norm2) = (new(options.Size, options.Epsilon), new(options.Size, options.Epsilon));
        Dropout = new(options.Dropout, random);
    }

    /// <summary>Self-attention.</summary>
    public MultiHeadAttention SelfAttn { get; }

    /// <summary>From rows to the hidden size.</summary>
    public Linear Linear1 { get; }

    /// <summary>And back.</summary>
    public Linear Linear2 { get; }

    /// <summary>Of the attention.</summary>
    public LayerNorm Norm1 { get; }

    /// <summary>Of the feed-forward net.</summary>
    public LayerNorm Norm2 { get; }

    /// <summary>On what each part adds.</summary>
    public Dropout Dropout { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Forward(x, null);

    /// <summary>[batch, length, size] to the same.</summary>
    /// <param name="x">The rows.</param>
    /// <param name="keyPaddingMask">Bool [batch, length], true where a row is padding.</param>
    /// <param name="mask">Bool, true where a query must not look, or numbers that are added.</param>
    /// <param name="causal">A row sees none behind it.</param>
    public Tensor Forward(Tensor x, Tensor? keyPaddingMask, Tensor? mask = null, bool causal = false)
    {
        Tensor Attend(Tensor rows) => Dropout.Forward(SelfAttn.Forward(rows, rows, rows, keyPaddingMask, mask, causal));
        return AddNorm(AddNorm(x, Norm1, _options.NormFirst, Attend), Norm2, _options.NormFirst, rows => FeedForward(rows));
    }

    /// <inheritdoc/>
    public override string ToString() => $"TransformerEncoderLayer({_options.Size}, {_options.Heads} heads, {_options.Hidden})";

    /// <summary>A part with its residual sum and normalisation.</summary>
    internal static Tensor AddNorm(Tensor x, LayerNorm norm, bool normFirst, Func<Tensor, Tensor> part) =>
        normFirst ? x + part(norm.Forward(x)) : norm.Forward(x + part(x));

    private Tensor FeedForward(Tensor x)
    {
        var hidden = Linear1.Forward(x);
        return Dropout.Forward(Linear2.Forward(Dropout.Forward(_options.Activation?.Invoke(hidden) ?? hidden.Relu())));
    }
}
