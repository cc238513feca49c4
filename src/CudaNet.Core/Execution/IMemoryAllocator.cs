namespace CudaNet.Execution;

/// <summary>Takes memory from a device and gives it back: what a <see cref="MemoryPool"/> grows by.</summary>
public interface IMemoryAllocator
{
    /// <summary>A block aligned to at least 64 bytes; 0 when there is no room.</summary>
    nint TryAllocate(long bytes);

    /// <summary>Gives a block back.</summary>
    void Free(nint pointer, long bytes);
}
