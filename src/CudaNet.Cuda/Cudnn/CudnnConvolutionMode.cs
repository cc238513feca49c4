namespace CudaNet.Cuda.Cudnn;

/// <summary>Whether filters are flipped (cudnnConvolutionMode_t).</summary>
public enum CudnnConvolutionMode
{
    /// <summary>They are, as in mathematics.</summary>
    Convolution = 0,

    /// <summary>They are not, as in neural networks.</summary>
    CrossCorrelation = 1,
}
