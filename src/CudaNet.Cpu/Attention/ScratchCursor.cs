namespace CudaNet.Cpu.Attention;

/// <summary>Cuts a piece of memory into arrays on cache lines. From null it counts what they need.</summary>
internal unsafe struct ScratchCursor<T>(T* start)
    where T : unmanaged
{
    private const nint CacheLine = 64;

    private nint _taken;

    /// <summary>Bytes that were taken.</summary>
    public readonly long Bytes => _taken;

    /// <summary>The next array of that many elements.</summary>
    public T* Take(nint count) => Take<T>(count);

    /// <summary>The next array of that many elements of another type.</summary>
    public U* Take<U>(nint count)
        where U : unmanaged
    {
        var result = (U*)((byte*)start + _taken);
        _taken += (count * sizeof(U) + CacheLine - 1) / CacheLine * CacheLine;
        return result;
    }
}
