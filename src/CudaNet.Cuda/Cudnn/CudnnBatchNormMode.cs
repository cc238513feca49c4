namespace CudaNet.Cuda.Cudnn;

/// <summary>What batch normalisation runs over (cudnnBatchNormMode_t).</summary>
public enum CudnnBatchNormMode
{
    /// <summary>The batch.</summary>
    PerActivation = 0,

    /// <summary>The batch and the pixels.</summary>
    Spatial = 1,

    /// <summary>The same, faster and for a smaller range.</summary>
    SpatialPersistent = 2,
}
