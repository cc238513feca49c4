namespace CudaNet.Cuda.Cudnn;

/// <summary>Types of values (cudnnDataType_t).</summary>
public enum CudnnDataType
{
    /// <summary>float.</summary>
    Float = 0,

    /// <summary>double.</summary>
    Double = 1,

    /// <summary>Half.</summary>
    Half = 2,

    /// <summary>sbyte.</summary>
    Int8 = 3,

    /// <summary>int.</summary>
    Int32 = 4,

    /// <summary>byte.</summary>
    UInt8 = 6,

    /// <summary>bfloat16.</summary>
    BFloat16 = 9,

    /// <summary>long.</summary>
    Int64 = 10,

    /// <summary>Truth values.</summary>
    Boolean = 11,

    /// <summary>Eight bits, four of them exponent.</summary>
    Fp8E4M3 = 12,

    /// <summary>Eight bits, five of them exponent.</summary>
    Fp8E5M2 = 13,
}
