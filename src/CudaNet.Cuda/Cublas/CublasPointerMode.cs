namespace CudaNet.Cuda.Cublas;

/// <summary>Where scalars are (cublasPointerMode_t).</summary>
public enum CublasPointerMode
{
    /// <summary>On the host.</summary>
    Host = 0,

    /// <summary>On the device.</summary>
    Device = 1,
}
