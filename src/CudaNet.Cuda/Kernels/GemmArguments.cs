using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>The one argument of the kernels in <c>gemm.cu</c>, laid out as there.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct GemmArguments
{
    /// <summary>The matrices: A and B are read, C is written.</summary>
    public CudaDevicePointer A, B, C;

    /// <summary>[n], null for none.</summary>
    public CudaDevicePointer Bias;

    /// <summary>Like C, null for none.</summary>
    public CudaDevicePointer Residual;

    /// <summary>[batch, splits, m, n] of f32 where the sum is split.</summary>
    public CudaDevicePointer Partial;

    /// <summary>C is [M, N], the sum has K terms.</summary>
    public int M, N, K;

    /// <summary>Elements between rows as they lie in memory.</summary>
    public int LeadingA, LeadingB, LeadingC;

    /// <summary>Elements between the matrices of a batch; 0 shares one.</summary>
    public long StrideA, StrideB, StrideC;

    /// <summary>Parts of the sum over K.</summary>
    public int Splits;

    /// <summary>Factors of the product and of the residual.</summary>
    public float Alpha, Beta;
}
