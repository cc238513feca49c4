namespace CudaNet.Execution;

/// <summary>Takes memory from a device and gives it back: what a <see cref="MemoryPool"/> grows by.</summary>
public interface IMemoryAllocator
{
    /// <summary>A block aligned to at least 64 bytes; 0 when there is no room.</summary>
    nint TryAllocate(long bytes);

    /// <summary>A block that was in use before is handed out again: a device that checks may forget what it held.</summary>
    void Reuse(nint pointer, long bytes)
    {
    }

    /// <summary>Gives a block back.</summary>
    void Free(nint pointer, long bytes);
}
