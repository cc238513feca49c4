namespace CudaNet.Cuda.Driver;

/// <summary>How occupancy is counted (CUoccupancy_flags).</summary>
public enum CudaOccupancyFlags
{
    /// <summary>As the device does it.</summary>
    Default = 0,

    /// <summary>Counts with the cache on even where a kernel cannot run then.</summary>
    DisableCachingOverride = 1,
}
