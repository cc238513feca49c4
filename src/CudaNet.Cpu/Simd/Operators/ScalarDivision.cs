using System.Numerics;

namespace CudaNet.Cpu.Simd;

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

    /// <summary>⌊x / y⌋ of integers.</summary>
    public readonly struct Floored<T> : IScalarFunction2<T>
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        public static T Invoke(T x, T y)
        {
            // The product back is cheaper than a second division.
            T whole = Truncated<T>.Invoke(x, y);
            return T.IsNegative(x) != T.IsNegative(y) && unchecked(whole * y) != x ? whole - T.One : whole;
        }
    }
}
