namespace CudaNet.Nn;

/// <summary>Encoder and decoder over rows that are embedded already; names are PyTorch's <c>Transformer</c>.</summary>
/// <remarks>Vaswani et al. 2017: six layers each of size 512 with 8 heads and 2048 hidden.</remarks>
public sealed class Transformer : Module
{
    /// <summary>Stacks with fresh weights; as in PyTorch matrices begin by Xavier's rule.</summary>
    /// <param name="options">Sizes of the layers; those of the paper if null.</param>
    /// <param name="encoderLayers">Layers of the encoder.</param>
    /// <param name="decoderLayers">Layers of the decoder.</param>
    /// <param name="norm">True for a normalisation at the end of each stack; the paper has none.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    public Transformer(TransformerOptions? options = null, int encoderLayers = 6, int decoderLayers = 6, bool norm = true, RandomStream? random = null)
    {
        options ??= new();
        (Encoder, Decoder) = (new(options, encoderLayers, norm, random), new(options, decoderLayers, norm, random));
        foreach (var parameter in Parameters())
            if (parameter.Shape.Rank > 1) parameter.Assign(Initializers.Init.XavierUniform(parameter.Shape, random));
    }

    /// <summary>The encoder.</summary>
    public TransformerEncoder Encoder { get; }

    /// <summary>The decoder.</summary>
    public TransformerDecoder Decoder { get; }

    /// <summary>The rows as both source and target.</summary>
    public override Tensor Forward(Tensor x) => Forward(x, x);

    /// <summary>Rows of the decoder, [batch, target length, size].</summary>
    /// <param name="source">[batch, source length, size].</param>
    /// <param name="target">[batch, target length, size].</param>
    /// <param name="causal">A target row sees none behind it.</param>
    /// <param name="sourcePadding">Bool [batch, source length], true where a row is padding.</param>
    /// <param name="targetPadding">Bool [batch, target length], true where a row is padding.</param>
    public Tensor Forward(Tensor source, Tensor target, bool causal = true, Tensor? sourcePadding = null, Tensor? targetPadding = null) =>
        Decoder.Forward(target, Encoder.Forward(source, sourcePadding), causal, targetPadding, sourcePadding);
}
