using System.Numerics;
using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>y = x.</summary>
internal readonly struct IdentityOperator<T> : IUnaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T> => x;
}

/// <summary>y = −x; integers wrap.</summary>
internal readonly struct NegOperator<T> : IUnaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T> => -x;
}

/// <summary>y = |x|; the smallest integer stays as it is.</summary>
internal readonly struct AbsOperator<T> : IUnaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T> => V.Abs(x);
}

/// <summary>y = x·x.</summary>
internal readonly struct SquareOperator<T> : IUnaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T> => x * x;
}

/// <summary>y = 1/x, correctly rounded. Floating types.</summary>
internal readonly struct ReciprocalOperator<T> : IUnaryOperator<T>
    where T : unmanaged, INumberBase<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T> => V.Create(T.One) / x;
}

/// <summary>y = √x, correctly rounded. Floating types.</summary>
internal readonly struct SqrtOperator<T> : IUnaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T> => V.Sqrt(x);
}

/// <summary>y = 1/√x from a rounded root and a rounded quotient: at most 1.5 ULP. Floating types.</summary>
internal readonly struct RsqrtOperator<T> : IUnaryOperator<T>
    where T : unmanaged, INumberBase<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T> => V.Create(T.One) / V.Sqrt(x);
}

/// <summary>y = max(x, 0); NaN stays NaN.</summary>
internal readonly struct ReluOperator<T> : IUnaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T> => V.Max(x, V.Zero);
}

/// <summary>y = ⌊x⌋; integers pass.</summary>
internal readonly struct FloorOperator<T> : IUnaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T> => V.Floor(x);
}

/// <summary>y = ⌈x⌉; integers pass.</summary>
internal readonly struct CeilOperator<T> : IUnaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T> => V.Ceiling(x);
}

/// <summary>y = x without its fraction; integers pass.</summary>
internal readonly struct TruncOperator<T> : IUnaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T> => V.Truncate(x);
}

/// <summary>y = nearest integer to x, halves to even; integers pass.</summary>
internal readonly struct RoundOperator<T> : IUnaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T> => V.Round(x);
}

/// <summary>y = (0 &lt; x) − (x &lt; 0): −1, 0 or 1, and 0 for NaN as in PyTorch.</summary>
internal readonly struct SignOperator<T> : IUnaryOperator<T>
    where T : unmanaged, INumberBase<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T> => (V.Less(V.Zero, x) & V.Create(T.One)) - (V.Less(x, V.Zero) & V.Create(T.One));
}

/// <summary>y = ~x. Integers.</summary>
internal readonly struct BitNotOperator<T> : IUnaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T> => ~x;
}

/// <summary>y = 1 if x is 0, else 0.</summary>
internal readonly struct LogicalNotOperator<T> : IUnaryOperator<T>
    where T : unmanaged, INumberBase<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T> => V.Equal(x, V.Zero) & V.Create(T.One);
}
