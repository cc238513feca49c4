namespace CudaNet.Cuda.Driver;

/// <summary>How managed memory will be used (CUmem_advise).</summary>
public enum CudaMemoryAdvice
{
    /// <summary>Read much and written seldom: may be copied to each reader.</summary>
    SetReadMostly = 1,

    /// <summary>Takes that back.</summary>
    UnsetReadMostly = 2,

    /// <summary>Shall stay on the device.</summary>
    SetPreferredLocation = 3,

    /// <summary>Takes that back.</summary>
    UnsetPreferredLocation = 4,

    /// <summary>The device uses it: keep it mapped there.</summary>
    SetAccessedBy = 5,

    /// <summary>Takes that back.</summary>
    UnsetAccessedBy = 6,
}
