namespace CudaNet.Cuda.Cublas;

/// <summary>What a call of cuBLAS or cuBLASLt returned (cublasStatus_t).</summary>
public enum CublasStatus
{
    /// <summary>It worked.</summary>
    Success = 0,

    /// <summary>The library could not start: no driver, no device, or no handle.</summary>
    NotInitialized = 1,

    /// <summary>No memory.</summary>
    AllocFailed = 3,

    /// <summary>An argument is wrong.</summary>
    InvalidValue = 7,

    /// <summary>The device cannot do it.</summary>
    ArchMismatch = 8,

    /// <summary>Memory could not be reached.</summary>
    MappingError = 11,

    /// <summary>A kernel failed.</summary>
    ExecutionFailed = 13,

    /// <summary>An error of the library itself.</summary>
    InternalError = 14,

    /// <summary>This combination of types, layouts and sizes is not supported.</summary>
    NotSupported = 15,

    /// <summary>A licence is missing.</summary>
    LicenseError = 16,
}
