namespace CudaNet.Cuda.Cudnn;

/// <summary>What a forward pass is for (cudnnForwardMode_t).</summary>
public enum CudnnForwardMode
{
    /// <summary>Its result.</summary>
    Inference = 0,

    /// <summary>A backward pass as well.</summary>
    Training = 1,
}
