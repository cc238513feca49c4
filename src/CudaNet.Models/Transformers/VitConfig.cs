namespace CudaNet.Models.Transformers;

/// <summary>Sizes of a vision transformer.</summary>
/// <param name="ImageSize">Side of an image.</param>
/// <param name="PatchSize">Side of a patch.</param>
/// <param name="Channels">Channels of an image.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Layers">Layers.</param>
/// <param name="Size">Size of a row.</param>
/// <param name="Heads">Heads of attention.</param>
/// <param name="Hidden">Size within the feed-forward nets.</param>
public sealed record VitConfig(long ImageSize = 224, long PatchSize = 16, long Channels = 3, long Classes = 1000, int Layers = 12, long Size = 768, long Heads = 12, long Hidden = 3072)
{
    /// <summary>86,567,656 parameters.</summary>
    public static VitConfig B16 { get; } = new();

    /// <summary>304,326,632 parameters.</summary>
    public static VitConfig L16 { get; } = new(Layers: 24, Size: 1024, Heads: 16, Hidden: 4096);
}
