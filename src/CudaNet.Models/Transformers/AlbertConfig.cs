namespace CudaNet.Models.Transformers;

/// <summary>Sizes of an ALBERT.</summary>
/// <param name="Layers">How often the one layer is applied.</param>
/// <param name="Size">Size of a row.</param>
/// <param name="Heads">Heads of attention.</param>
/// <param name="Hidden">Size within the feed-forward net.</param>
/// <param name="TableSize">Size of the tables.</param>
/// <param name="Vocabulary">Number of tokens.</param>
/// <param name="Positions">Most tokens of a text.</param>
/// <param name="Segments">Rows of the table of segments.</param>
public sealed record AlbertConfig(int Layers = 12, long Size = 768, long Heads = 12, long Hidden = 3072, long TableSize = 128, int Vocabulary = 30000, long Positions = 512, int Segments = 2)
{
    /// <summary>11,683,584 parameters.</summary>
    public static AlbertConfig Base { get; } = new();
}
