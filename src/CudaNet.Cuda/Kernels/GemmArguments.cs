using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>The one argument of the kernels in <c>gemm.cu</c> and <c>gemm_simt.cu</c>, laid out as in <c>gemm.cuh</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct GemmArguments
{
    /// <summary>The matrices: A and B are read, C is written.</summary>
    public CudaDevicePointer A, B, C;

    /// <summary>Added before the activation: [n], or like C where <see cref="BiasIsMatrix"/>; null for none.</summary>
    public CudaDevicePointer Bias;

    /// <summary>Added behind the activation: like C, or [n] where <see cref="ResidualIsRow"/>; null for none.</summary>
    public CudaDevicePointer Residual;

    /// <summary>[batch, splits, m, n] of the type of sums where the sum is split.</summary>
    public CudaDevicePointer Partial;

    /// <summary>C is [M, N], the sum has K terms.</summary>
    public int M, N, K;

    /// <summary>Elements between rows as they lie in memory.</summary>
    public int LeadingA, LeadingB, LeadingC;

    /// <summary>Elements between the matrices of a batch; 0 shares one.</summary>
    public long StrideA, StrideB, StrideC;

    /// <summary>Parts of the sum over K.</summary>
    public int Splits;

    /// <summary>What is done to a sum after alpha and bias: 0 nothing, 1 relu, 2 gelu (erf), 3 gelu (tanh), 4 silu, 5 tanh,
    /// 6 sigmoid.</summary>
    public int Activation;

    /// <summary>Factors of the product and of the residual.</summary>
    public float Alpha, Beta;

    /// <summary>1 where a matrix lies the other way round; of <c>gemm_simt</c> only, the others are specialised.</summary>
    public int TransposeA, TransposeB;

    /// <summary>1 for a bias like C.</summary>
    public int BiasIsMatrix;

    /// <summary>1 for a residual that is the same for all rows.</summary>
    public int ResidualIsRow;
}
