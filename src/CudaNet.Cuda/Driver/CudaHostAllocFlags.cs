namespace CudaNet.Cuda.Driver;

/// <summary>Kinds of pinned host memory.</summary>
[Flags]
public enum CudaHostAllocFlags
{
    /// <summary>Pinned for the present context.</summary>
    None = 0,

    /// <summary>Pinned for all contexts.</summary>
    Portable = 1,

    /// <summary>Has an address on the device too.</summary>
    DeviceMap = 2,

    /// <summary>Fast to write and to copy from, very slow for the CPU to read.</summary>
    WriteCombined = 4,
}
