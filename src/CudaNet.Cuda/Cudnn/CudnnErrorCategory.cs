namespace CudaNet.Cuda.Cudnn;

/// <summary>Kinds of failures, the same for versions 8 and 9.</summary>
public enum CudnnErrorCategory
{
    /// <summary>No failure.</summary>
    None = 0,

    /// <summary>The library could not start, or parts of it are missing.</summary>
    NotInitialized = 1,

    /// <summary>An argument is wrong.</summary>
    BadParameter = 2,

    /// <summary>Not supported: take another algorithm or type.</summary>
    NotSupported = 3,

    /// <summary>An error of the library, or no memory.</summary>
    InternalError = 4,

    /// <summary>A kernel failed.</summary>
    ExecutionFailed = 5,
}
