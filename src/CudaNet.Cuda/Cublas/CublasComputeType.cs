namespace CudaNet.Cuda.Cublas;

/// <summary>The precision of a product (cublasComputeType_t).</summary>
public enum CublasComputeType
{
    /// <summary>Half.</summary>
    F16 = 64,

    /// <summary>Half, as written.</summary>
    F16Pedantic = 65,

    /// <summary>Single.</summary>
    F32 = 68,

    /// <summary>Single, as written.</summary>
    F32Pedantic = 69,

    /// <summary>Single, rounded to half for tensor cores.</summary>
    F32FastF16 = 74,

    /// <summary>Single, rounded to bfloat16 for tensor cores.</summary>
    F32FastBF16 = 75,

    /// <summary>Single, rounded to TF32 for tensor cores.</summary>
    F32FastTF32 = 77,

    /// <summary>Double.</summary>
    F64 = 70,

    /// <summary>Double, as written.</summary>
    F64Pedantic = 71,

    /// <summary>32-bit integers.</summary>
    I32 = 72,

    /// <summary>32-bit integers, as written.</summary>
    I32Pedantic = 73,
}
