using System.Runtime.CompilerServices;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Recurrence;

/// <summary>Vectors that may reach beyond the last unit.</summary>
internal static unsafe class Part
{
    /// <summary>The first values of a vector, zeros behind them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* source, nint count)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => count >= V.Count ? V.Load(source) : LoadSome<V, T>(source, count);

    /// <summary>Stores the first values of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V, T>(V value, T* target, nint count)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (count >= V.Count) V.Store(value, target);
        else StoreSome(value, target, count);
    }

    // Apart, so that the address of a local does not keep the vectors of the caller out of registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static V LoadSome<V, T>(T* source, nint count)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        var value = V.Zero;
        Unsafe.CopyBlockUnaligned(&value, source, (uint)(count * sizeof(T)));
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreSome<V, T>(V value, T* target, nint count)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => Unsafe.CopyBlockUnaligned(target, &value, (uint)(count * sizeof(T)));
}
