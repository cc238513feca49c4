namespace CudaNet.Cuda.Cudnn;

/// <summary>How the gradient of the filters is computed (cudnnConvolutionBwdFilterAlgo_t).</summary>
public enum CudnnConvolutionBackwardFilterAlgorithm
{
    /// <summary>By atomic additions: not repeatable.</summary>
    Algorithm0 = 0,

    /// <summary>As a product: repeatable.</summary>
    Algorithm1 = 1,

    /// <summary>By Fourier transforms.</summary>
    Fft = 2,

    /// <summary>As the first, with addresses computed before: not repeatable.</summary>
    Algorithm3 = 3,

    /// <summary>Not implemented.</summary>
    Winograd = 4,

    /// <summary>By Winograd's transforms.</summary>
    WinogradNonfused = 5,

    /// <summary>By Fourier transforms in tiles.</summary>
    FftTiling = 6,
}
