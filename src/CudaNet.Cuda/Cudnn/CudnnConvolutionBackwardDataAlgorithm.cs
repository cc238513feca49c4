namespace CudaNet.Cuda.Cudnn;

/// <summary>How the gradient of the input is computed (cudnnConvolutionBwdDataAlgo_t).</summary>
public enum CudnnConvolutionBackwardDataAlgorithm
{
    /// <summary>By atomic additions: not repeatable.</summary>
    Algorithm0 = 0,

    /// <summary>As a product: repeatable.</summary>
    Algorithm1 = 1,

    /// <summary>By Fourier transforms.</summary>
    Fft = 2,

    /// <summary>The same in tiles.</summary>
    FftTiling = 3,

    /// <summary>By Winograd's transforms.</summary>
    Winograd = 4,

    /// <summary>The same in several kernels.</summary>
    WinogradNonfused = 5,
}
