namespace CudaNet.Nn.Formats.Gguf;

/// <summary>How a GGUF file stores the elements of a tensor; numbers are the format's. K types have blocks of 256 elements,
/// the other quantised ones of 32, each with scales of its own.</summary>
public enum GgufType
{
    /// <summary>IEEE single precision.</summary>
    F32 = 0,

    /// <summary>IEEE half precision.</summary>
    F16 = 1,

    /// <summary>4 bits: d·(q − 8).</summary>
    Q4_0 = 2,

    /// <summary>4 bits: d·q + m.</summary>
    Q4_1 = 3,

    /// <summary>8 bits: d·q.</summary>
    Q8_0 = 8,

    /// <summary>4 bits, of which 32 share a 6-bit scale and minimum.</summary>
    Q4_K = 12,

    /// <summary>6 bits, of which 16 share an 8-bit scale.</summary>
    Q6_K = 14,

    /// <summary>Signed 32-bit integers.</summary>
    I32 = 26,

    /// <summary>Signed 64-bit integers.</summary>
    I64 = 27,

    /// <summary>IEEE double precision.</summary>
    F64 = 28,

    /// <summary>Brain float.</summary>
    BF16 = 30,
}
