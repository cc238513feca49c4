namespace CudaNet.Cuda.Cublas;

/// <summary>Types of values in NVIDIA's libraries (cudaDataType).</summary>
public enum CudaDataType
{
    /// <summary>float.</summary>
    R32F = 0,

    /// <summary>double.</summary>
    R64F = 1,

    /// <summary>Half.</summary>
    R16F = 2,

    /// <summary>sbyte.</summary>
    R8I = 3,

    /// <summary>Two floats.</summary>
    C32F = 4,

    /// <summary>Two doubles.</summary>
    C64F = 5,

    /// <summary>Two halves.</summary>
    C16F = 6,

    /// <summary>Two sbytes.</summary>
    C8I = 7,

    /// <summary>byte.</summary>
    R8U = 8,

    /// <summary>Two bytes.</summary>
    C8U = 9,

    /// <summary>int.</summary>
    R32I = 10,

    /// <summary>uint.</summary>
    R32U = 12,

    /// <summary>bfloat16.</summary>
    R16BF = 14,

    /// <summary>Two bfloat16.</summary>
    C16BF = 15,

    /// <summary>Four bits, signed.</summary>
    R4I = 16,

    /// <summary>Four bits.</summary>
    R4U = 18,

    /// <summary>short.</summary>
    R16I = 20,

    /// <summary>ushort.</summary>
    R16U = 22,

    /// <summary>long.</summary>
    R64I = 24,

    /// <summary>ulong.</summary>
    R64U = 26,

    /// <summary>Eight bits, four of them exponent.</summary>
    R8F_E4M3 = 28,

    /// <summary>Eight bits, five of them exponent.</summary>
    R8F_E5M2 = 29,

    /// <summary>Eight bits, all exponent: a scale.</summary>
    R8F_UE8M0 = 30,

    /// <summary>Four bits, two of them exponent.</summary>
    R4F_E2M1 = 33,
}
