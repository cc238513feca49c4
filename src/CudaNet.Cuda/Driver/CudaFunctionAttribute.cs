namespace CudaNet.Cuda.Driver;

/// <summary>A property of a kernel (CUfunction_attribute).</summary>
public enum CudaFunctionAttribute
{
    /// <summary>Threads that a block may have, as limited by the kernel's registers.</summary>
    MaxThreadsPerBlock = 0,

    /// <summary>Static shared memory of a block.</summary>
    SharedSizeBytes = 1,

    /// <summary>Constant memory.</summary>
    ConstSizeBytes = 2,

    /// <summary>Local memory of a thread: spilled registers and arrays.</summary>
    LocalSizeBytes = 3,

    /// <summary>Registers of a thread.</summary>
    RegisterCount = 4,

    /// <summary>Version of the PTX that it was compiled from, times ten.</summary>
    PtxVersion = 5,

    /// <summary>Architecture that it was compiled for, times ten.</summary>
    BinaryVersion = 6,

    /// <summary>True if loads are cached in the first level too.</summary>
    CacheModeCa = 7,

    /// <summary>Dynamic shared memory that a launch may ask for; can be set.</summary>
    MaxDynamicSharedSizeBytes = 8,

    /// <summary>Wanted part of the first-level cache for shared memory in percent, -1 for the default; can be set.</summary>
    PreferredSharedMemoryCarveout = 9,

    /// <summary>True if a launch has to give a cluster size.</summary>
    ClusterSizeMustBeSet = 10,

    /// <summary>Cluster width that the kernel was compiled for.</summary>
    RequiredClusterWidth = 11,

    /// <summary>Cluster height that the kernel was compiled for.</summary>
    RequiredClusterHeight = 12,

    /// <summary>Cluster depth that the kernel was compiled for.</summary>
    RequiredClusterDepth = 13,

    /// <summary>True if a cluster may have more blocks than all devices take; can be set.</summary>
    NonPortableClusterSizeAllowed = 14,

    /// <summary>How blocks of a cluster are spread; can be set.</summary>
    ClusterSchedulingPolicyPreference = 15,
}
