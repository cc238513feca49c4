namespace CudaNet.Cuda.Driver;

/// <summary>A limit of a context (CUlimit).</summary>
public enum CudaLimit
{
    /// <summary>Bytes of a thread's stack.</summary>
    StackSize = 0,

    /// <summary>Bytes of the buffer of printf.</summary>
    PrintfFifoSize = 1,

    /// <summary>Bytes of the heap of malloc in kernels.</summary>
    MallocHeapSize = 2,

    /// <summary>Depth to which kernels that launch kernels may wait.</summary>
    DeviceRuntimeSyncDepth = 3,

    /// <summary>Launches from kernels that may wait for their turn.</summary>
    DeviceRuntimePendingLaunchCount = 4,

    /// <summary>Bytes that the second-level cache fetches, 0 to 128.</summary>
    MaxL2FetchGranularity = 5,

    /// <summary>Bytes of the second-level cache set aside for data that stays.</summary>
    PersistingL2CacheSize = 6,
}
