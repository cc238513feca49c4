namespace CudaNet.Cuda.Driver;

/// <summary>How host memory that is there already gets pinned.</summary>
[Flags]
public enum CudaHostRegisterFlags
{
    /// <summary>Pinned for the present context.</summary>
    None = 0,

    /// <summary>Pinned for all contexts.</summary>
    Portable = 1,

    /// <summary>Gets an address on the device too.</summary>
    DeviceMap = 2,

    /// <summary>It is memory of another device.</summary>
    IoMemory = 4,

    /// <summary>The device only reads it.</summary>
    ReadOnly = 8,
}
