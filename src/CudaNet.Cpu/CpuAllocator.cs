using System.Runtime.InteropServices;
using CudaNet.Execution;

namespace CudaNet.Cpu;

/// <summary>Native memory aligned to a cache line, so that no vector access straddles two. Large blocks ask for huge pages.</summary>
/// <remarks>With pages of 4 KiB a core that streams weights waits for their translation: with huge ones it reads a third more a second, and
/// the first touch of a block takes a fraction of the time.</remarks>
internal sealed unsafe partial class CpuAllocator : IMemoryAllocator
{
    private const int CacheLine = 64;

    // A page of the larger kind on x86 and most ARM systems.
    private const int HugePage = 2 << 20;
    private const long LeastHuge = HugePage;

    private const int HugePages = 14; // MADV_HUGEPAGE

    private static bool _advises = OperatingSystem.IsLinux();

    public nint TryAllocate(long bytes)
    {
        try
        {
            var huge = _advises && bytes >= LeastHuge;
            var pointer = (nint)NativeMemory.AlignedAlloc((nuint)bytes, huge ? HugePage : (nuint)CacheLine);
            if (huge) Advise(pointer, bytes);
            return pointer;
        }
        catch (OutOfMemoryException)
        {
            return 0; // the pool collects, tries again, and then says who holds the memory
        }
    }

    public void Free(nint pointer, long bytes) => NativeMemory.AlignedFree((void*)pointer);

    // A system that knows no such advice, or no such library, goes on without.
    private static void Advise(nint pointer, long bytes)
    {
        try
        {
            _ = MemoryAdvice((void*)pointer, (nuint)(bytes / HugePage * HugePage), HugePages);
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            _advises = false;
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvice(void* address, nuint length, int advice);
}
