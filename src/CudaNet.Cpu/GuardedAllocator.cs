using System.Runtime.InteropServices;
using CudaNet.Execution;

namespace CudaNet.Cpu;

/// <summary>Memory that ends at a page which nobody may touch: a kernel that reads or writes past an operand ends the process at once,
/// where otherwise it would read what happens to lie there. For tests, by the environment variable CUDANET_GUARD_PAGES=1 on Linux.</summary>
/// <remarks>Addresses stay multiples of a cache line, as kernels may count on; so up to 63 bytes past the end are not guarded, and what the pool
/// rounds the size up by: nothing more for the small operands of tests.</remarks>
internal sealed unsafe partial class GuardedAllocator : IMemoryAllocator
{
    private const nint Page = 4096;
    private const nint CacheLine = 64;
    private const int None = 0, ReadAndWrite = 3, PrivateAndAnonymous = 0x22;
    private const nint Failed = -1;

    /// <summary>Whether the environment asks for it, and the system has it.</summary>
    public static bool IsWanted => OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("CUDANET_GUARD_PAGES") == "1";

    public nint TryAllocate(long bytes)
    {
        var whole = Whole(bytes);
        var start = Map(0, (nuint)(whole + Page), ReadAndWrite, PrivateAndAnonymous, -1, 0);
        if (start == Failed) return 0; // the pool collects, tries again, and then says who holds the memory
        return Protect(start + whole, (nuint)Page, None) == 0
            ? start + Slack(bytes)
            : throw new DeviceException("mprotect failed: no guard page behind a buffer. Unset CUDANET_GUARD_PAGES.");
    }

    public void Free(nint pointer, long bytes)
    {
        if (pointer != 0) _ = Unmap(pointer - Slack(bytes), (nuint)(Whole(bytes) + Page));
    }

    private static nint Whole(long bytes) => ((nint)bytes + Page - 1) / Page * Page;

    /// <summary>Bytes in front of the buffer, such that it ends at the guard page or in the cache line before.</summary>
    private static nint Slack(long bytes) => (Whole(bytes) - (nint)bytes) / CacheLine * CacheLine;

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
