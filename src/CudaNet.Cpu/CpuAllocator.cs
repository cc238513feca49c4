using System.Runtime.InteropServices;
using CudaNet.Execution;

namespace CudaNet.Cpu;

/// <summary>Native memory aligned to a cache line, so that no vector access straddles two.</summary>
internal sealed unsafe class CpuAllocator : IMemoryAllocator
{
    private const int CacheLine = 64;

    public nint TryAllocate(long bytes)
    {
        try
        {
            return (nint)NativeMemory.AlignedAlloc((nuint)bytes, CacheLine);
        }
        catch (OutOfMemoryException)
        {
            return 0; // the pool collects, tries again, and then says who holds the memory
        }
    }

    public void Free(nint pointer, long bytes) => NativeMemory.AlignedFree((void*)pointer);
}
