namespace CudaNet.Cuda.Driver;

/// <summary>A property of a pair of devices (CUdevice_P2PAttribute).</summary>
public enum CudaPeerAttribute
{
    /// <summary>How fast the link is; less is faster.</summary>
    PerformanceRank = 1,

    /// <summary>True if one can use the other's memory.</summary>
    AccessSupported = 2,

    /// <summary>True if atomics work over the link.</summary>
    NativeAtomicSupported = 3,

    /// <summary>True if arrays can be used over the link.</summary>
    CudaArrayAccessSupported = 4,
}
