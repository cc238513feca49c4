namespace CudaNet.Cuda.Nvml;

/// <summary>What a call of NVML returned (nvmlReturn_t).</summary>
public enum NvmlStatus
{
    /// <summary>It worked.</summary>
    Success = 0,

    /// <summary>The library was not started.</summary>
    Uninitialized = 1,

    /// <summary>An argument is wrong.</summary>
    InvalidArgument = 2,

    /// <summary>The card does not have it.</summary>
    NotSupported = 3,

    /// <summary>Only an administrator may.</summary>
    NoPermission = 4,

    /// <summary>It was started before.</summary>
    AlreadyInitialized = 5,

    /// <summary>There is no such thing.</summary>
    NotFound = 6,

    /// <summary>The buffer is too small.</summary>
    InsufficientSize = 7,

    /// <summary>A power cable is missing.</summary>
    InsufficientPower = 8,

    /// <summary>The kernel module is not loaded.</summary>
    DriverNotLoaded = 9,

    /// <summary>It took too long.</summary>
    Timeout = 10,

    /// <summary>The kernel has trouble with an interrupt.</summary>
    IrqIssue = 11,

    /// <summary>The library is missing.</summary>
    LibraryNotFound = 12,

    /// <summary>This version has no such function.</summary>
    FunctionNotFound = 13,

    /// <summary>The card's own memory is damaged.</summary>
    CorruptedInforom = 14,

    /// <summary>The card has fallen off the bus.</summary>
    GpuIsLost = 15,

    /// <summary>The card has to be reset.</summary>
    ResetRequired = 16,

    /// <summary>The operating system failed.</summary>
    OperatingSystem = 17,

    /// <summary>The library and the kernel module are of different versions.</summary>
    LibraryVersionMismatch = 18,

    /// <summary>The card is in use.</summary>
    InUse = 19,

    /// <summary>No memory.</summary>
    Memory = 20,

    /// <summary>There is no data yet.</summary>
    NoData = 21,

    /// <summary>Something else.</summary>
    Unknown = 999,
}
