namespace CudaNet.VirtualGpu.Memory;

[Flags]
internal enum AccessKind
{
    Read = 1,
    Write = 2,

    /// <summary>Both, indivisible: an atomic operation.</summary>
    Atomic = 7,

    /// <summary>Ordered with other strong accesses, so that two of them never race: atomics and volatile accesses.</summary>
    Strong = 4,

    /// <summary>The data arrives later: cp.async.</summary>
    Async = 8,
}
