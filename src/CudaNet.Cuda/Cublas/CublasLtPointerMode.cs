namespace CudaNet.Cuda.Cublas;

/// <summary>Where the scalars of a product are (cublasLtPointerMode_t).</summary>
public enum CublasLtPointerMode
{
    /// <summary>On the host.</summary>
    Host = 0,

    /// <summary>On the device.</summary>
    Device = 1,

    /// <summary>Vectors on the device.</summary>
    DeviceVector = 2,

    /// <summary>A vector on the device, and no second scalar.</summary>
    AlphaDeviceVectorBetaZero = 3,

    /// <summary>A vector on the device, and a number on the host.</summary>
    AlphaDeviceVectorBetaHost = 4,
}
