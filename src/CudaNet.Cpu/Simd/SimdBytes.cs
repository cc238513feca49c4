using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>Parts of a vector by copying bytes, where the machine has no masked loads and stores.</summary>
internal static unsafe class SimdBytes
{
    /// <summary>See <see cref="ISimd{TSelf, T}.LoadPartial"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* source, nint count, V other)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        Unsafe.CopyBlockUnaligned(&other, source, (uint)(count * sizeof(T)));
        return other;
    }

    /// <summary>See <see cref="ISimd{TSelf, T}.StorePartial"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V, T>(V value, T* destination, nint count)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => Unsafe.CopyBlockUnaligned(destination, &value, (uint)(count * sizeof(T)));
}
