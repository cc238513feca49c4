namespace CudaNet.Cuda.Driver;

/// <summary>A setting or a count of a memory pool (CUmemPool_attribute).</summary>
public enum CudaMemoryPoolAttribute
{
    /// <summary>Reuses memory that another stream freed, where an event orders the two.</summary>
    ReuseFollowEventDependencies = 1,

    /// <summary>Reuses memory whose free is already done.</summary>
    ReuseAllowOpportunistic = 2,

    /// <summary>Makes a stream wait for another to reuse its memory.</summary>
    ReuseAllowInternalDependencies = 3,

    /// <summary>Bytes that the pool keeps when the device is synchronised.</summary>
    ReleaseThreshold = 4,

    /// <summary>Bytes that it holds.</summary>
    ReservedMemoryCurrent = 5,

    /// <summary>Most bytes that it held; can be set to 0.</summary>
    ReservedMemoryHigh = 6,

    /// <summary>Bytes that are in use.</summary>
    UsedMemoryCurrent = 7,

    /// <summary>Most bytes that were in use; can be set to 0.</summary>
    UsedMemoryHigh = 8,
}
