namespace CudaNet.Cuda.Cudnn;

/// <summary>What a call of cuDNN returned (cudnnStatus_t). Version 9 has other numbers than version 8, and finer ones within each thousand.</summary>
public enum CudnnStatus
{
    /// <summary>It worked.</summary>
    Success = 0,

    /// <summary>Version 8: the library could not start.</summary>
    V8NotInitialized = 1,

    /// <summary>Version 8: no memory.</summary>
    V8AllocFailed = 2,

    /// <summary>Version 8: an argument is wrong.</summary>
    V8BadParameter = 3,

    /// <summary>Version 8: an error of the library itself.</summary>
    V8InternalError = 4,

    /// <summary>Version 8: an argument is wrong.</summary>
    V8InvalidValue = 5,

    /// <summary>Version 8: the device cannot do it.</summary>
    V8ArchMismatch = 6,

    /// <summary>Version 8: memory could not be reached.</summary>
    V8MappingError = 7,

    /// <summary>Version 8: a kernel failed.</summary>
    V8ExecutionFailed = 8,

    /// <summary>Version 8: not supported.</summary>
    V8NotSupported = 9,

    /// <summary>Version 8: a licence is missing.</summary>
    V8LicenseError = 10,

    /// <summary>Version 8: another library is missing.</summary>
    V8RuntimePrerequisiteMissing = 11,

    /// <summary>Version 8: not done yet.</summary>
    V8RuntimeInProgress = 12,

    /// <summary>Version 8: numbers overflowed.</summary>
    V8RuntimeOverflow = 13,

    /// <summary>Version 8: parts of the library are of different versions.</summary>
    V8VersionMismatch = 14,

    /// <summary>The library could not start.</summary>
    NotInitialized = 1001,

    /// <summary>Parts of the library are of different versions.</summary>
    SublibraryVersionMismatch = 1002,

    /// <summary>A part of the library is missing.</summary>
    SublibraryLoadingFailed = 1008,

    /// <summary>An argument is wrong.</summary>
    BadParameter = 2000,

    /// <summary>Not supported.</summary>
    NotSupported = 3000,

    /// <summary>An error of the library itself.</summary>
    InternalError = 4000,

    /// <summary>A kernel failed.</summary>
    ExecutionFailed = 5000,
}
