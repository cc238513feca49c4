using System.Runtime.Intrinsics;
using CudaNet.Cpu;

namespace CudaNet.Tests.Simd;

/// <summary>The paths of narrower machines are tested by switching instructions off in the environment; here it is seen that they are off.</summary>
public class VectorWidthTests
{
    [Test]
    public void Vectors_are_as_wide_as_the_environment_allows()
    {
        static bool IsOff(string name) => Environment.GetEnvironmentVariable(name) == "0";
        var preferred = Environment.GetEnvironmentVariable("DOTNET_PreferredVectorBitWidth");
        if (IsOff("DOTNET_EnableAVX512") || IsOff("DOTNET_EnableAVX2")) Assert.That(Vector512.IsHardwareAccelerated, Is.False);
        if (IsOff("DOTNET_EnableAVX2")) Assert.That(Vector256.IsHardwareAccelerated, Is.False);
        if (preferred is "256" or "128") Assert.That(Vector512.IsHardwareAccelerated, Is.False);
        Assert.That(Vector128.IsHardwareAccelerated);
    }

    [Test]
    public unsafe void Guarded_memory_can_be_written_to_its_end_and_begins_on_a_cache_line()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("Guard pages are for Linux.");
        var allocator = new GuardedAllocator();
        foreach (var bytes in (long[])[1, 63, 64, 4096, 4097, 100000])
        {
            var pointer = allocator.TryAllocate(bytes);
            Assert.That((long)pointer % 64, Is.Zero);
            new Span<byte>((void*)pointer, (int)bytes).Fill(1);
            // The page behind: less than a cache line is left over.
            Assert.That(4096 - ((long)pointer + bytes - 1) % 4096, Is.LessThanOrEqualTo(64));
            allocator.Free(pointer, bytes);
        }
    }
}
