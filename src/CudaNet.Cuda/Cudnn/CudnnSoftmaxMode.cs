namespace CudaNet.Cuda.Cudnn;

/// <summary>What a softmax runs over (cudnnSoftmaxMode_t).</summary>
public enum CudnnSoftmaxMode
{
    /// <summary>All values of an image.</summary>
    Instance = 0,

    /// <summary>The channels of a pixel.</summary>
    Channel = 1,
}
