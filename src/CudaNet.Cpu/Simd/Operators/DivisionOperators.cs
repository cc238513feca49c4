using System.Numerics;
using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>z = x / y. Integers truncate as in C, −2ⁿ / −1 wraps, and 0 as divisor throws <see cref="DivideByZeroException"/>.</summary>
internal readonly struct DivOperator<T> : IBinaryOperator<T>
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => typeof(T) == typeof(float) || typeof(T) == typeof(double)
            ? x / y
            : Lanes.Map2<V, T, ScalarDivision.Truncated<T>>(x, y);
}

/// <summary>z = ⌊x / y⌋ with the rounding of Python's <c>//</c>: consistent with <see cref="RemainderOperator{T}"/>.</summary>
internal readonly struct FloorDivOperator<T> : IBinaryOperator<T>
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => Lanes.Map2<V, T, ScalarDivision.Floored<T>>(x, y);
}

/// <summary>z = x − y·⌊x / y⌋, the remainder with the sign of the divisor (Python's <c>%</c>).</summary>
internal readonly struct RemainderOperator<T> : IBinaryOperator<T>
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => Lanes.Map2<V, T, ScalarDivision.FlooredRemainder<T>>(x, y);
}

/// <summary>z = x − y·trunc(x / y), the exact remainder with the sign of the dividend (C's <c>fmod</c>).</summary>
internal readonly struct FmodOperator<T> : IBinaryOperator<T>
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => Lanes.Map2<V, T, ScalarDivision.TruncatedRemainder<T>>(x, y);
}

/// <summary>z = the angle of the point (y = x-argument first: atan2(x, y)) as <see cref="Math.Atan2"/>.</summary>
internal readonly struct Atan2Operator : IBinaryOperator<float>, IBinaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IBinaryOperator<float>.Invoke<V>(V x, V y) => Lanes.Map2<V, float, Scalar32>(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IBinaryOperator<double>.Invoke<V>(V x, V y) => Lanes.Map2<V, double, Scalar64>(x, y);

    private readonly struct Scalar32 : IScalarFunction2<float>
    {
        public static float Invoke(float x, float y) => (float)Math.Atan2(x, y);
    }

    private readonly struct Scalar64 : IScalarFunction2<double>
    {
        public static double Invoke(double x, double y) => Math.Atan2(x, y);
    }
}

/// <summary>The four divisions of one pair of numbers, right for every sign, for −2ⁿ / −1 and for infinities.</summary>
internal static class ScalarDivision
{
    private static bool IsFloating<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(Half);

    // The quotient −2ⁿ / −1 traps on x86, for / and % alike.
    private static bool IsMinusOne<T>(T y)
        where T : INumber<T> => T.IsNegative(y) && y + T.One == T.Zero;

    /// <summary>x / y towards 0.</summary>
    public readonly struct Truncated<T> : IScalarFunction2<T>
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        public static T Invoke(T x, T y) => !IsFloating<T>() && IsMinusOne(y) ? T.Zero - x : x / y;
    }

    /// <summary>Remainder of <see cref="Truncated{T}"/>.</summary>
    public readonly struct TruncatedRemainder<T> : IScalarFunction2<T>
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        public static T Invoke(T x, T y) => !IsFloating<T>() && IsMinusOne(y) ? T.Zero : x % y;
    }

    /// <summary>Remainder of <see cref="Floored{T}"/>.</summary>
    public readonly struct FlooredRemainder<T> : IScalarFunction2<T>
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        public static T Invoke(T x, T y)
        {
            T remainder = TruncatedRemainder<T>.Invoke(x, y);
            return remainder != T.Zero && T.IsNegative(remainder) != T.IsNegative(y) ? remainder + y : remainder;
        }
    }

    /// <summary>⌊x / y⌋; for floating types by way of the exact remainder, as Python and PyTorch do.</summary>
    public readonly struct Floored<T> : IScalarFunction2<T>
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        public static T Invoke(T x, T y)
        {
            if (!IsFloating<T>())
            {
                T whole = Truncated<T>.Invoke(x, y);
                return TruncatedRemainder<T>.Invoke(x, y) != T.Zero && T.IsNegative(x) != T.IsNegative(y) ? whole - T.One : whole;
            }

            if (y == T.Zero) return x / y;
            T remainder = x % y;
            T quotient = (x - remainder) / y;
            if (remainder != T.Zero && T.IsNegative(remainder) != T.IsNegative(y)) quotient -= T.One;
            if (quotient == T.Zero) return T.IsNegative(x) != T.IsNegative(y) ? -T.Zero : T.Zero;

            // The quotient is an integer up to rounding.
            if (typeof(T) == typeof(float)) return T.CreateTruncating(MathF.Round(float.CreateTruncating(quotient)));
            return T.CreateTruncating(Math.Round(double.CreateTruncating(quotient)));
        }
    }
}
