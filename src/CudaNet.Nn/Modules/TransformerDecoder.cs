namespace CudaNet.Nn;

/// <summary>Decoder layers one after another, with weights of their own, and a normalisation at the end.</summary>
public sealed class TransformerDecoder : Module
{
    /// <summary>A stack with fresh weights.</summary>
    /// <inheritdoc cref="TransformerEncoder(TransformerOptions, int, bool, RandomStream?)"/>
    public TransformerDecoder(TransformerOptions options, int layers, bool norm = true, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        Layers = [.. Enumerable.Range(0, (int)Sizes.Positive(layers, "TransformerDecoder", nameof(layers))).Select(_ => new TransformerDecoderLayer(options, random))];
        if (norm) Norm = new(options.Size, options.Epsilon);
    }

    /// <summary>The layers.</summary>
    public List<TransformerDecoderLayer> Layers { get; }

    /// <summary>The last normalisation; null for none.</summary>
    public LayerNorm? Norm { get; }

    /// <summary>Not by itself: a decoder needs the encoder's rows.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override Tensor Forward(Tensor x) => throw new NotSupportedException("TransformerDecoder: give the encoder's rows too, as in Forward(x, memory).");

    /// <inheritdoc cref="TransformerDecoderLayer.Forward(Tensor, Tensor, bool, Tensor?, Tensor?)"/>
    public Tensor Forward(Tensor x, Tensor memory, bool causal = true, Tensor? keyPaddingMask = null, Tensor? memoryPaddingMask = null)
    {
        foreach (var layer in Layers) x = layer.Forward(x, memory, causal, keyPaddingMask, memoryPaddingMask);
        return Norm?.Forward(x) ?? x;
    }

    /// <inheritdoc/>
    public override string ToString() => $"TransformerDecoder({Layers.Count} layers)";
}
