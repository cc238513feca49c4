namespace CudaNet.Models.Transformers;

/// <summary>Sizes of a T5.</summary>
/// <param name="Layers">Layers of each stack.</param>
/// <param name="Size">Size of a row.</param>
/// <param name="Heads">Heads of attention.</param>
/// <param name="HeadSize">Size of a head.</param>
/// <param name="Hidden">Size within the feed-forward nets.</param>
/// <param name="Vocabulary">Number of tokens.</param>
/// <param name="Buckets">Buckets of relative positions.</param>
/// <param name="MaxDistance">Distance from which on all share the last bucket.</param>
/// <param name="Gated">True for a gate in the feed-forward nets and a head of its own (T5 1.1).</param>
public sealed record T5Config(int Layers = 6, long Size = 512, long Heads = 8, long HeadSize = 64, long Hidden = 2048, int Vocabulary = 32128, int Buckets = 32, int MaxDistance = 128, bool Gated = false)
{
    /// <summary>60,506,624 parameters.</summary>
    public static T5Config Small { get; } = new();

    /// <summary>222,903,552 parameters.</summary>
    public static T5Config Base { get; } = new(12, 768, 12, Hidden: 3072);

    /// <summary>737,668,096 parameters.</summary>
    public static T5Config Large { get; } = new(24, 1024, 16, Hidden: 4096);
}
