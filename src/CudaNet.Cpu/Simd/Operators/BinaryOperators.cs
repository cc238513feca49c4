using System.Numerics;
using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>z = x + y.</summary>
internal readonly struct AddOperator<T> : IReduceOperator<T>
    where T : unmanaged
{
    public static T Identity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => default; // 0 in every type
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => x + y;
}

/// <summary>z = x − y.</summary>
internal readonly struct SubOperator<T> : IBinaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => x - y;
}

/// <summary>z = x·y.</summary>
internal readonly struct MulOperator<T> : IReduceOperator<T>
    where T : unmanaged, INumberBase<T>
{
    public static T Identity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.One;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => x * y;
}

/// <summary>z = max(x, y); NaN if either is NaN.</summary>
internal readonly struct MaxOperator<T> : IReduceOperator<T>
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    public static T Identity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Extremes.Lowest<T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => V.Max(x, y);
}

/// <summary>z = min(x, y); NaN if either is NaN.</summary>
internal readonly struct MinOperator<T> : IReduceOperator<T>
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    public static T Identity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Extremes.Highest<T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => V.Min(x, y);
}

/// <summary>z = x &amp; y, bit by bit. Integers; bytes of 0 and 1 as booleans.</summary>
internal readonly struct AndOperator<T> : IBinaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => x & y;
}

/// <summary>z = x | y, bit by bit. Integers; bytes of 0 and 1 as booleans.</summary>
internal readonly struct OrOperator<T> : IBinaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => x | y;
}

/// <summary>z = x ^ y, bit by bit. Integers; bytes of 0 and 1 as booleans.</summary>
internal readonly struct XorOperator<T> : IBinaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => x ^ y;
}

/// <summary>z = (x − y)².</summary>
internal readonly struct SquaredDifferenceOperator<T> : IBinaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => (x - y) * (x - y);
}

/// <summary>The neutral elements of maximum and minimum.</summary>
internal static class Extremes
{
    /// <summary>−∞, or the smallest integer.</summary>
    public static T Lowest<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => typeof(T) == typeof(float) || typeof(T) == typeof(double)
            ? T.CreateChecked(float.NegativeInfinity)
            : T.MinValue;

    /// <summary>+∞, or the largest integer.</summary>
    public static T Highest<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => typeof(T) == typeof(float) || typeof(T) == typeof(double)
            ? T.CreateChecked(float.PositiveInfinity)
            : T.MaxValue;
}
