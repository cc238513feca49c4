namespace CudaNet.Cuda.Cudnn;

/// <summary>How a convolution is computed (cudnnConvolutionFwdAlgo_t).</summary>
public enum CudnnConvolutionForwardAlgorithm
{
    /// <summary>As a product without the matrix; no workspace.</summary>
    ImplicitGemm = 0,

    /// <summary>The same with addresses computed before.</summary>
    ImplicitPrecomputedGemm = 1,

    /// <summary>As a product with the matrix.</summary>
    Gemm = 2,

    /// <summary>As written; not implemented.</summary>
    Direct = 3,

    /// <summary>By Fourier transforms.</summary>
    Fft = 4,

    /// <summary>The same in tiles.</summary>
    FftTiling = 5,

    /// <summary>By Winograd's transforms.</summary>
    Winograd = 6,

    /// <summary>The same in several kernels.</summary>
    WinogradNonfused = 7,
}
