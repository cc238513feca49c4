using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>x = y; false for NaN.</summary>
internal readonly struct EqualOperator<T> : ICompareOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => V.Equal(x, y);
}

/// <summary>x ≠ y; true for NaN.</summary>
internal readonly struct NotEqualOperator<T> : ICompareOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => ~V.Equal(x, y);
}

/// <summary>x &lt; y; false for NaN.</summary>
internal readonly struct LessOperator<T> : ICompareOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => V.Less(x, y);
}

/// <summary>x ≤ y; false for NaN.</summary>
internal readonly struct LessOrEqualOperator<T> : ICompareOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => V.LessOrEqual(x, y);
}

/// <summary>x > y; false for NaN.</summary>
internal readonly struct GreaterOperator<T> : ICompareOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => V.Less(y, x);
}

/// <summary>x ≥ y; false for NaN.</summary>
internal readonly struct GreaterOrEqualOperator<T> : ICompareOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => V.LessOrEqual(y, x);
}
