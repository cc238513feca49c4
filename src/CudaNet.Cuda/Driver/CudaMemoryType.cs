namespace CudaNet.Cuda.Driver;

/// <summary>Where a pointer points to (CUmemorytype).</summary>
public enum CudaMemoryType
{
    /// <summary>Unknown to the driver.</summary>
    None = 0,

    /// <summary>Host memory.</summary>
    Host = 1,

    /// <summary>Device memory.</summary>
    Device = 2,

    /// <summary>An array of textures.</summary>
    Array = 3,

    /// <summary>An address that is the same everywhere.</summary>
    Unified = 4,
}
