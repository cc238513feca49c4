namespace CudaNet.Cuda.Cudnn;

/// <summary>What becomes of NaN (cudnnNanPropagation_t).</summary>
public enum CudnnNanPropagation
{
    /// <summary>It may get lost.</summary>
    NotPropagate = 0,

    /// <summary>It stays.</summary>
    Propagate = 1,
}
