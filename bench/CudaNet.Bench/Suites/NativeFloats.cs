using System.Runtime.InteropServices;

namespace CudaNet.Bench.Suites;

/// <summary>Floats at a fixed address on a cache line, for kernels that are called without a tensor.</summary>
internal sealed unsafe class NativeFloats : IDisposable
{
    private const nuint CacheLine = 64;

    internal NativeFloats(long count)
    {
        Count = checked((int)count);
        Pointer = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), CacheLine);
        Span.Clear();
    }

    internal NativeFloats(float[] values) : this(values.LongLength) => values.CopyTo(Span);

    internal int Count { get; }

    internal float* Pointer { get; }

    internal Span<float> Span => new(Pointer, Count);

    public void Dispose() => NativeMemory.AlignedFree(Pointer);
}
