namespace CudaNet.Cuda.Cudnn;

/// <summary>Directions of recurrent networks (cudnnDirectionMode_t).</summary>
public enum CudnnDirectionMode
{
    /// <summary>From the start.</summary>
    Unidirectional = 0,

    /// <summary>From both ends.</summary>
    Bidirectional = 1,
}
