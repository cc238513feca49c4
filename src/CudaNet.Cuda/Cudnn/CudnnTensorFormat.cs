namespace CudaNet.Cuda.Cudnn;

/// <summary>How images lie in memory (cudnnTensorFormat_t).</summary>
public enum CudnnTensorFormat
{
    /// <summary>Channel after channel.</summary>
    Nchw = 0,

    /// <summary>Pixel after pixel: what tensor cores like.</summary>
    Nhwc = 1,

    /// <summary>Vectors of channels, for int8.</summary>
    NchwVectC = 2,
}
