namespace CudaNet.VirtualGpu;

/// <summary>Which checkers run. All do by default.</summary>
public sealed record CheckOptions
{
    /// <summary>Accesses outside of allocations and after free. When off, such a read gives zero and such a write is dropped.</summary>
    public bool Bounds { get; init; } = true;

    /// <summary>Addresses that are not a multiple of the access size.</summary>
    public bool Alignment { get; init; } = true;

    /// <summary>Reads of shared, local and global memory that was never written.</summary>
    public bool Uninitialized { get; init; } = true;

    /// <summary>Races on shared memory, asynchronous copies included.</summary>
    public bool Races { get; init; } = true;

    /// <summary>Barriers and lane exchanges that not all threads reach.</summary>
    public bool Barriers { get; init; } = true;

    /// <summary>Allocations that are not freed when the device is disposed.</summary>
    public bool Leaks { get; init; } = true;

    /// <summary>All checkers.</summary>
    public static CheckOptions All { get; } = new();

    /// <summary>No checker. Stray accesses still do not harm the process.</summary>
    public static CheckOptions None { get; } = new()
    {
        Bounds = false,
        Alignment = false,
        Uninitialized = false,
        Races = false,
        Barriers = false,
        Leaks = false,
    };
}
