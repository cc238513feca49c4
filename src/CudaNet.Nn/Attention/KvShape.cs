namespace CudaNet.Nn;

/// <summary>What a model keeps of each token.</summary>
/// <param name="Layers">Layers.</param>
/// <param name="Heads">Heads of keys and values; 1 for a latent row.</param>
/// <param name="KeyDepth">Size of a head's key.</param>
/// <param name="ValueDepth">Size of a head's value; 0 where values are computed from the key, as of a latent row.</param>
public readonly record struct KvShape(int Layers, long Heads, long KeyDepth, long ValueDepth)
{
    /// <summary>Values kept of one token in all layers: 2 · layers · heads · depth where keys and values are of one size.</summary>
    public long ElementsPerToken => Layers * Heads * (KeyDepth + ValueDepth);

    /// <summary>Bytes of a cache of so many rows and tokens in an element type, without the scales of 8-bit storage.</summary>
    public long Bytes(long batch, long length, int elementSize = 2) => batch * length * ElementsPerToken * elementSize;
}
