using System.Numerics;
using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>Remainders and floored quotients of floating vectors, exact as Python's and C's.</summary>
internal static class VectorDivision
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>x − y·trunc(x / y), exact, with the sign of x.</summary>
    /// <remarks>
    /// While the quotient is below 2²², its rounding can only carry it up to the next integer, by so little that x − q·y is
    /// a small number of the wrong sign, exact in one fused step, and so is the correction by y. Other lanes take the slow way.
    /// </remarks>
    [MethodImpl(Inline)]
    public static V TruncatedRemainder<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumber<T>
    {
        V signBit = V.Create(T.Zero) ^ -V.Create(T.Zero);
        V sign = x & signBit, size = x ^ sign, divisor = V.Abs(y);
        V q = V.Truncate(size / divisor);
        V r = V.FmaNegated(q, divisor, size);
        r = V.Select(V.Less(r, V.Zero), r + divisor, r) | sign;
        V simple = V.Less(q, V.Create(T.CreateTruncating(4194304f))) & V.Less(divisor, V.Create(T.CreateTruncating(float.PositiveInfinity)));
        return V.Any(~simple) ? V.Select(simple, r, Lanes.Map2<V, T, Slow<T>>(x, y)) : r;
    }

    /// <summary>Remainder with the sign of y.</summary>
    [MethodImpl(Inline)]
    public static V FlooredRemainder<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumber<T>
    {
        V r = TruncatedRemainder<V, T>(x, y);
        return V.Select(SignsDiffer<V, T>(r, y), r + y, r);
    }

    /// <summary>⌊x / y⌋ by way of the exact remainder, so that it agrees with it; x / 0 is ±∞ or NaN.</summary>
    [MethodImpl(Inline)]
    public static V Floored<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumber<T>
    {
        V r = TruncatedRemainder<V, T>(x, y);
        V plain = x / y;
        V quotient = (x - r) / y;
        quotient -= SignsDiffer<V, T>(r, y) & V.Create(T.One);

        // An integer up to rounding; a zero has the sign of x / y.
        V signBit = V.Create(T.Zero) ^ -V.Create(T.Zero);
        V rounded = V.Round(quotient);
        rounded = V.Select(V.Equal(rounded, V.Zero), plain & signBit, rounded);
        return V.Select(V.Equal(y, V.Zero), plain, rounded);
    }

    [MethodImpl(Inline)]
    private static V SignsDiffer<V, T>(V r, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumber<T> => (V.Less(r, V.Zero) & V.Less(V.Zero, y)) | (V.Less(V.Zero, r) & V.Less(y, V.Zero));

    private readonly struct Slow<T> : IScalarFunction2<T>
        where T : unmanaged, INumber<T>
    {
        public static T Invoke(T x, T y) => x % y;
    }
}
