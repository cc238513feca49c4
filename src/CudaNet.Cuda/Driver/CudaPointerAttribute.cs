namespace CudaNet.Cuda.Driver;

/// <summary>What the driver tells of a pointer (CUpointer_attribute).</summary>
public enum CudaPointerAttribute
{
    /// <summary>Its context.</summary>
    Context = 1,

    /// <summary>A <see cref="CudaMemoryType"/>.</summary>
    MemoryType = 2,

    /// <summary>The address on the device.</summary>
    DevicePointer = 3,

    /// <summary>The address on the host.</summary>
    HostPointer = 4,

    /// <summary>True if copies of it are always synchronous; can be set.</summary>
    SyncMemops = 6,

    /// <summary>A number that no other allocation of the process has.</summary>
    BufferId = 7,

    /// <summary>True for managed memory.</summary>
    IsManaged = 8,

    /// <summary>Its device.</summary>
    DeviceOrdinal = 9,

    /// <summary>True if other processes can open it.</summary>
    IsLegacyIpcCapable = 10,

    /// <summary>The start of its allocation.</summary>
    RangeStartAddress = 11,

    /// <summary>The size of its allocation.</summary>
    RangeSize = 12,

    /// <summary>True if the range is backed by memory.</summary>
    Mapped = 13,

    /// <summary>Handles by which it can be shared.</summary>
    AllowedHandleTypes = 14,

    /// <summary>True if other devices can reach it directly.</summary>
    IsGpuDirectRdmaCapable = 15,

    /// <summary>Rights of the present context.</summary>
    AccessFlags = 16,

    /// <summary>Its pool.</summary>
    MemoryPoolHandle = 17,
}
