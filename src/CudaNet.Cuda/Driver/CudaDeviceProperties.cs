namespace CudaNet.Cuda.Driver;

/// <summary>What a device is and can; a virtual one fills it in as well.</summary>
public sealed record CudaDeviceProperties
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Compute capability: 8.0 is an A100, 9.0 an H100.</summary>
    public required Version ComputeCapability { get; init; }

    /// <summary>Bytes of memory.</summary>
    public required long TotalMemory { get; init; }

    /// <summary>Streaming multiprocessors.</summary>
    public required int MultiprocessorCount { get; init; }

    /// <summary>Threads of a block.</summary>
    public int MaxThreadsPerBlock { get; init; } = 1024;

    /// <summary>Threads of a multiprocessor.</summary>
    public int MaxThreadsPerMultiprocessor { get; init; } = 2048;

    /// <summary>Blocks of a multiprocessor.</summary>
    public int MaxBlocksPerMultiprocessor { get; init; } = 32;

    /// <summary>Threads of a warp.</summary>
    public int WarpSize { get; init; } = 32;

    /// <summary>Greatest block in each dimension.</summary>
    public Dim3 MaxBlock { get; init; } = new(1024, 1024, 64);

    /// <summary>Greatest grid in each dimension.</summary>
    public Dim3 MaxGrid { get; init; } = new(int.MaxValue, 65535, 65535);

    /// <summary>Registers of a block.</summary>
    public int RegistersPerBlock { get; init; } = 65536;

    /// <summary>Registers of a multiprocessor.</summary>
    public int RegistersPerMultiprocessor { get; init; } = 65536;

    /// <summary>Bytes of shared memory that a block has without asking.</summary>
    public int SharedBytesPerBlock { get; init; } = 48 << 10;

    /// <summary>Bytes of shared memory that a kernel may ask for.</summary>
    public required int SharedBytesPerBlockOptIn { get; init; }

    /// <summary>Bytes of shared memory of a multiprocessor.</summary>
    public required int SharedBytesPerMultiprocessor { get; init; }

    /// <summary>Bytes of the second-level cache.</summary>
    public long L2Bytes { get; init; }

    /// <summary>Width of the memory's bus.</summary>
    public int MemoryBusBits { get; init; }

    /// <summary>Clock of the multiprocessors in kHz; 0 where the driver does not tell.</summary>
    public int ClockKilohertz { get; init; }

    /// <summary>Clock of the memory in kHz; 0 where the driver does not tell.</summary>
    public int MemoryClockKilohertz { get; init; }

    /// <summary>Bytes a second that the memory can deliver, by its clock and bus; 0 if unknown.</summary>
    public double PeakBandwidth => MemoryClockKilohertz * 1e3 * 2 * MemoryBusBits / 8;

    /// <summary>True if all blocks of a kernel can wait for one another.</summary>
    public bool SupportsCooperativeLaunch { get; init; } = true;

    /// <summary>True if memory can be allocated in stream order.</summary>
    public bool SupportsMemoryPools { get; init; } = true;

    /// <summary>True if managed memory can be used by both sides at once.</summary>
    public bool SupportsConcurrentManagedAccess { get; init; }

    /// <summary>The name for a compiler: sm_80.</summary>
    public string Architecture => $"sm_{ComputeCapability.Major}{ComputeCapability.Minor}";
}
