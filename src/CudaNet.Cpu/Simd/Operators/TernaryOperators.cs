using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>w = x·y + z, rounded once for floating types.</summary>
internal readonly struct MultiplyAddOperator<T> : ITernaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y, V z)
        where V : unmanaged, ISimd<V, T> => V.Fma(x, y, z);
}

/// <summary>w = min(max(x, y), z); NaN if any is NaN.</summary>
internal readonly struct ClampOperator<T> : ITernaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y, V z)
        where V : unmanaged, ISimd<V, T> => V.Min(V.Max(x, y), z);
}

/// <summary>w = x + z·(y − x).</summary>
internal readonly struct LerpOperator<T> : ITernaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y, V z)
        where V : unmanaged, ISimd<V, T> => V.Fma(z, y - x, x);
}

/// <summary>w = (x − y) − z.</summary>
internal readonly struct SubSubOperator<T> : ITernaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y, V z)
        where V : unmanaged, ISimd<V, T> => (x - y) - z;
}
