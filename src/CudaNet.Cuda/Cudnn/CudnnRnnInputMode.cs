namespace CudaNet.Cuda.Cudnn;

/// <summary>What becomes of the input of the first layer (cudnnRNNInputMode_t).</summary>
public enum CudnnRnnInputMode
{
    /// <summary>It is multiplied by weights.</summary>
    Linear = 0,

    /// <summary>It is taken as it is.</summary>
    Skip = 1,
}
