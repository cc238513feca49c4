namespace CudaNet.Nn;

/// <summary>Encoder layers one after another, with weights of their own, and a normalisation at the end.</summary>
public sealed class TransformerEncoder : Module
{
    /// <summary>A stack with fresh weights.</summary>
    /// <param name="options">Sizes of the layers.</param>
    /// <param name="layers">How many.</param>
    /// <param name="norm">True for a normalisation at the end.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    public TransformerEncoder(TransformerOptions options, int layers, bool norm = true, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        Layers = [.. Enumerable.Range(0, (int)Sizes.Positive(layers, "TransformerEncoder", nameof(layers))).Select(_ => new TransformerEncoderLayer(options, random))];
        if (norm) Norm = new(options.Size, options.Epsilon);
    }

    /// <summary>The layers.</summary>
    public List<TransformerEncoderLayer> Layers { get; }

    /// <summary>The last normalisation; null for none.</summary>
    public LayerNorm? Norm { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Forward(x, null);

    /// <inheritdoc cref="TransformerEncoderLayer.Forward(Tensor, Tensor?, Tensor?, bool)"/>
    public Tensor Forward(Tensor x, Tensor? keyPaddingMask, Tensor? mask = null, bool causal = false)
    {
        foreach (var layer in Layers) x = layer.Forward(x, keyPaddingMask, mask, causal);
        return Norm?.Forward(x) ?? x;
    }

    /// <inheritdoc/>
    public override string ToString() => $"TransformerEncoder({Layers.Count} layers)";
}
