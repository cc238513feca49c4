using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>Elementary functions of double vectors, within 2 ULP.</summary>
/// <remarks>
/// exp and expm1 use the Taylor polynomial of degree 13 after reduction to |r| ≤ ln(2)/2; log and log1p are fdlibm's
/// (s_log.c, s_log1p.c, Sun Microsystems 1993) without branches.
/// </remarks>
internal static partial class MathF64
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double Log2E = 1.4426950408889634;

    /// <summary>eˣ; subnormal results are right.</summary>
    [MethodImpl(Inline)]
    public static V Exp<V>(V x)
        where V : unmanaged, ISimd<V, double>
    {
        x = Clamp(x, -746, 710);
        V n = V.Round(x * V.Create(Log2E));
        return V.Scale(ExpMinusOne(Reduce(x, n)) + V.Create(1d), n);
    }

    /// <summary>2ˣ.</summary>
    [MethodImpl(Inline)]
    public static V Exp2<V>(V x)
        where V : unmanaged, ISimd<V, double>
    {
        x = Clamp(x, -1076, 1025);
        V n = V.Round(x);
        return V.Scale(ExpMinusOne((x - n) * V.Create(0.6931471805599453)) + V.Create(1d), n);
    }

    /// <summary>eˣ − 1.</summary>
    [MethodImpl(Inline)]
    public static V Expm1<V>(V x)
        where V : unmanaged, ISimd<V, double>
    {
        V bounded = Clamp(x, -40, 709.8);
        V n = V.Round(bounded * V.Create(Log2E));
        V p = ExpMinusOne(Reduce(bounded, n));
        V half = V.Scale(V.Create(0.5), n);
        V result = V.Fma(half, p, half - V.Create(0.5));
        return V.Select(V.Equal(x, V.Zero), x, result + result);
    }

    /// <summary>ln x; −∞ at ±0, NaN below 0.</summary>
    [MethodImpl(Inline)]
    public static V Log<V>(V x)
        where V : unmanaged, ISimd<V, double>
    {
        V exponent = Split(x, out V m);
        return LogSpecial(x, LogOfParts(exponent, m - V.Create(1d), V.Zero));
    }

    /// <summary>log₂ x; exact for powers of two.</summary>
    [MethodImpl(Inline)]
    public static V Log2<V>(V x)
        where V : unmanaged, ISimd<V, double>
    {
        V exponent = Split(x, out V m);
        V fraction = LogOfParts(V.Zero, m - V.Create(1d), V.Zero);
        return LogSpecial(x, V.Fma(fraction, V.Create(Log2E), V.Fma(fraction, V.Create(2.0355273740931033e-17), exponent)));
    }

    /// <summary>log₁₀ x.</summary>
    [MethodImpl(Inline)]
    public static V Log10<V>(V x)
        where V : unmanaged, ISimd<V, double>
    {
        V exponent = Split(x, out V m);
        V fraction = LogOfParts(V.Zero, m - V.Create(1d), V.Zero);
        return LogSpecial(x, V.Fma(exponent, V.Create(0.30102999566398120), fraction * V.Create(0.43429448190325183)));
    }

    /// <summary>ln(1 + x); −∞ at −1, NaN below.</summary>
    [MethodImpl(Inline)]
    public static V Log1p<V>(V x)
        where V : unmanaged, ISimd<V, double>
    {
        V one = V.Create(1d);
        V u = x + one;
        V exponent = Split(u, out V m);

        // What rounding took from 1 + x, relative to it.
        V lost = V.Select(V.Less(x, one), x - (u - one), one - (u - x)) / u;
        V result = LogSpecial(u, LogOfParts(exponent, m - one, lost));
        return V.Select(V.Less(V.Abs(x), V.Create(5e-17)), x, result);
    }

    /// <summary>tanh x = t/(t + 2) with t = e²ˣ − 1.</summary>
    [MethodImpl(Inline)]
    public static V Tanh<V>(V x)
        where V : unmanaged, ISimd<V, double>
    {
        V sign = x & V.Create(-0d);
        V size = x ^ sign;
        V t = Expm1(V.Select(V.Less(V.Create(30d), size), V.Create(30d), size) * V.Create(2d));
        return (t / (t + V.Create(2d))) | sign;
    }

    /// <summary>1/(1 + e⁻ˣ).</summary>
    [MethodImpl(Inline)]
    public static V Sigmoid<V>(V x)
        where V : unmanaged, ISimd<V, double>
    {
        V e = Exp(x | V.Create(-0d));
        V one = V.Create(1d);
        return V.Select(V.Less(x, V.Zero), e, one) / (one + e);
    }

    [MethodImpl(Inline)]
    private static V Clamp<V>(V x, double low, double high)
        where V : unmanaged, ISimd<V, double>
    {
        V above = V.Select(V.Less(x, V.Create(low)), V.Create(low), x);
        return V.Select(V.Less(V.Create(high), above), V.Create(high), above);
    }

    [MethodImpl(Inline)]
    private static V Reduce<V>(V x, V n)
        where V : unmanaged, ISimd<V, double> => V.FmaNegated(n, V.Create(Ln2Low), V.FmaNegated(n, V.Create(Ln2High), x));

    [MethodImpl(Inline)]
    private static V ExpMinusOne<V>(V r)
        where V : unmanaged, ISimd<V, double>
    {
        V p = V.Create(1.0 / 6227020800.0);
        p = V.Fma(p, r, V.Create(1.0 / 479001600.0));
        p = V.Fma(p, r, V.Create(1.0 / 39916800.0));
        p = V.Fma(p, r, V.Create(1.0 / 3628800.0));
        p = V.Fma(p, r, V.Create(1.0 / 362880.0));
        p = V.Fma(p, r, V.Create(1.0 / 40320.0));
        p = V.Fma(p, r, V.Create(1.0 / 5040.0));
        p = V.Fma(p, r, V.Create(1.0 / 720.0));
        p = V.Fma(p, r, V.Create(1.0 / 120.0));
        p = V.Fma(p, r, V.Create(1.0 / 24.0));
        p = V.Fma(p, r, V.Create(1.0 / 6.0));
        p = V.Fma(p, r, V.Create(0.5));
        return V.Fma(p * r, r, r);
    }

    /// <summary>x = 2^exponent · m with m in [√½, √2); returns the exponent.</summary>
    [MethodImpl(Inline)]
    private static V Split<V>(V x, out V m)
        where V : unmanaged, ISimd<V, double>
    {
        V subnormal = V.Less(x, V.Create(2.2250738585072014e-308));
        x = V.Select(subnormal, x * V.Create(18014398509481984.0), x);
        V e = V.ShiftRightSignedBits(V.SubtractBits(x, V.Create(0.70710678118654757)), 52);
        m = V.SubtractBits(x, V.ShiftLeftBits(e, 52));
        return V.ToFloating(e) + (subnormal & V.Create(-54d));
    }

    /// <summary>k·ln 2 + ln(1 + f) + lost.</summary>
    [MethodImpl(Inline)]
    private static V LogOfParts<V>(V k, V f, V lost)
        where V : unmanaged, ISimd<V, double>
    {
        V s = f / (V.Create(2d) + f);
        V z = s * s;
        V p = V.Create(1.479819860511658591e-01);
        p = V.Fma(p, z, V.Create(1.531383769920937332e-01));
        p = V.Fma(p, z, V.Create(1.818357216161805012e-01));
        p = V.Fma(p, z, V.Create(2.222219843214978396e-01));
        p = V.Fma(p, z, V.Create(2.857142874366239149e-01));
        p = V.Fma(p, z, V.Create(3.999999999940941908e-01));
        p = V.Fma(p, z, V.Create(6.666666666666735130e-01));
        V halfSquare = V.Create(0.5) * f * f;
        V tail = V.Fma(s, V.Fma(p, z, halfSquare), V.Fma(k, V.Create(Ln2Low), lost));
        return V.Fma(k, V.Create(Ln2High), f - (halfSquare - tail));
    }

    [MethodImpl(Inline)]
    private static V LogSpecial<V>(V x, V result)
        where V : unmanaged, ISimd<V, double>
    {
        V special = V.Select(V.Equal(x, V.Zero), V.Create(double.NegativeInfinity), V.Select(V.Less(x, V.Zero), V.Create(double.NaN), x));
        V ordinary = V.Less(V.Zero, x) & V.Less(x, V.Create(double.PositiveInfinity));
        return V.Select(ordinary, result, special);
    }
}
