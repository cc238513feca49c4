namespace CudaNet;

/// <summary>What <see cref="Tensor.Pad(Integers, Integers, PadMode)"/> puts around.</summary>
public enum PadMode
{
    /// <summary>Zeros.</summary>
    Constant,

    /// <summary>The elements mirrored at the first and the last, which are not repeated: c b | a b c d | c b.</summary>
    Reflect,

    /// <summary>The first and the last element repeated: a a | a b c d | d d.</summary>
    Replicate,

    /// <summary>The elements of the other end: c d | a b c d | a b.</summary>
    Circular,
}
