using CudaNet.Nn;

namespace CudaNet.Models.Transformers;

/// <summary>Sizes of a decoder in the style of Llama and Mistral.</summary>
/// <param name="Layers">Layers.</param>
/// <param name="Size">Size of a row.</param>
/// <param name="Hidden">Size within the feed-forward net.</param>
/// <param name="Heads">Heads of queries.</param>
/// <param name="KvHeads">Heads of keys and values.</param>
/// <param name="Vocabulary">Number of tokens.</param>
/// <param name="Positions">Most tokens of a text; null for no end.</param>
public sealed record LlamaConfig(int Layers = 32, long Size = 4096, long Hidden = 11008, long Heads = 32, long KvHeads = 32, int Vocabulary = 32000, long? Positions = 4096)
{
    /// <summary>Base of the rotary frequencies.</summary>
    public double RotaryBase { get; init; } = 10000;

    /// <summary>How rotary positions reach beyond training; null for not at all.</summary>
    public RotaryScaling? RotaryScaling { get; init; }

    /// <summary>Size of a head; size/heads if null.</summary>
    public long? HeadSize { get; init; }

    /// <summary>Tokens that a query sees, its own included; null for all.</summary>
    public long? SlidingWindow { get; init; }

    /// <summary>Added to the mean square in normalisations.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>True where the head shares the table of tokens.</summary>
    public bool TiedHead { get; init; }

    /// <summary>6,738,415,616 parameters.</summary>
    public static LlamaConfig Llama2 { get; } = new();

    /// <summary>7,241,732,096 parameters.</summary>
    public static LlamaConfig Mistral { get; } = new(Hidden: 14336, KvHeads: 8, Positions: 32768) { SlidingWindow = 4096 };
}
