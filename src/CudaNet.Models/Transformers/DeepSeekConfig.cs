namespace CudaNet.Models.Transformers;

/// <summary>Sizes of a decoder in the style of DeepSeek V2.</summary>
/// <param name="Layers">Layers.</param>
/// <param name="Size">Size of a row.</param>
/// <param name="Heads">Heads.</param>
/// <param name="Hidden">Size within the feed-forward nets of the first layers.</param>
/// <param name="ExpertHidden">Size within an expert.</param>
/// <param name="Experts">Experts that are chosen from.</param>
/// <param name="TopK">Experts that a token uses.</param>
/// <param name="SharedExperts">Experts that all tokens use.</param>
/// <param name="Vocabulary">Number of tokens.</param>
public sealed record DeepSeekConfig(int Layers, long Size, long Heads, long Hidden, long ExpertHidden, int Experts, int TopK, int SharedExperts, int Vocabulary)
{
    /// <summary>Size of the latent row of keys and values.</summary>
    public long Latent { get; init; } = 512;

    /// <summary>Size of the latent row of queries; 0 for none.</summary>
    public long QueryLatent { get; init; }

    /// <summary>Size of a head's key without positions, and of its value.</summary>
    public long Depth { get; init; } = 128;

    /// <summary>Size of the rotary part.</summary>
    public long RotaryDepth { get; init; } = 64;

    /// <summary>First layers with an ordinary feed-forward net.</summary>
    public int DenseLayers { get; init; } = 1;

    /// <summary>Places of an expert, as a multiple of those that even use needs; null for places for all.</summary>
    public double? CapacityFactor { get; init; }

    /// <summary>Most tokens of a text; null for no end.</summary>
    public long? Positions { get; init; }

    /// <summary>15,706,484,224 parameters.</summary>
    public static DeepSeekConfig V2Lite { get; } = new(27, 2048, 16, 10944, 1408, 64, 6, 2, 102400);

    /// <summary>235,741,434,880 parameters.</summary>
    public static DeepSeekConfig V2 { get; } = new(60, 5120, 128, 12288, 1536, 160, 6, 2, 102400) { QueryLatent = 1536 };
}
