using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Virtual;
using CudaNet.Execution;

namespace CudaNet.Cuda.Execution;

/// <summary>Takes the pool's memory from the device, in the order of the stream where the device can.</summary>
internal sealed class CudaAllocator(ICudaDriver driver, CudaStreamHandle stream) : IMemoryAllocator
{
    /// <inheritdoc/>
    public nint TryAllocate(long bytes) =>
        (driver.Properties.SupportsMemoryPools ? driver.TryAllocateAsync(bytes, stream) : driver.TryAllocate(bytes)).Value;

    /// <inheritdoc/>
    public void Reuse(nint pointer, long bytes) => (driver as VirtualCudaDriver)?.MarkUninitialized(new(pointer), bytes, stream);

    /// <inheritdoc/>
    public void Free(nint pointer, long bytes)
    {
        if (driver.Properties.SupportsMemoryPools) driver.FreeAsync(new(pointer), stream);
        else driver.Free(new(pointer));
    }
}
