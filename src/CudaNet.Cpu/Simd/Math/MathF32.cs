using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>Elementary functions of float vectors. Errors are the largest found against double over a sweep of all exponents.</summary>
/// <remarks>
/// Each function reduces the argument to a small interval, evaluates a minimax polynomial with fused multiply-add and puts the
/// exponent back. Polynomials of exp, log, log1p, erf, sin and cos are the published ones of N. Juffa (single-precision
/// CUDA-style math functions). Results do not depend on the vector width or on neighbouring lanes.
/// </remarks>
internal static partial class MathF32
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    private const float Ln2High = 0.693145752f;   // few enough bits that n · Ln2High is exact
    private const float Ln2Low = 1.42860677e-6f;
    private const float Ln2 = 0.693147182f;
    private const float Log2E = 1.44269504f;

    /// <summary>eˣ, error ≤ 1 ULP; subnormal results are right.</summary>
    [MethodImpl(Inline)]
    public static V Exp<V>(V x)
        where V : unmanaged, ISimd<V, float>
    {
        x = Clamp(x, -104f, 89f);
        V n = V.Round(x * V.Create(Log2E));
        return V.Scale(ExpMinusOne(Reduce(x, n)) + V.Create(1f), n);
    }

    /// <summary>2ˣ, error ≤ 1.5 ULP.</summary>
    [MethodImpl(Inline)]
    public static V Exp2<V>(V x)
        where V : unmanaged, ISimd<V, float>
    {
        x = Clamp(x, -151f, 129f);
        V n = V.Round(x);
        return V.Scale(Exp2Fraction(x - n), n);
    }

    /// <summary>eˣ − 1, error ≤ 1 ULP.</summary>
    [MethodImpl(Inline)]
    public static V Expm1<V>(V x)
        where V : unmanaged, ISimd<V, float>
    {
        V bounded = Clamp(x, -20f, 88.8f);
        V n = V.Round(bounded * V.Create(Log2E));
        V p = ExpMinusOne(Reduce(bounded, n));

        // 2ⁿ·(p + 1) − 1 at half the size, since 2¹²⁸ is not a float.
        V half = V.Scale(V.Create(0.5f), n);
        V result = V.Fma(half, p, half - V.Create(0.5f));
        return V.Select(V.Equal(x, V.Zero), x, result + result);
    }

    /// <summary>ln x, error ≤ 1 ULP; −∞ at ±0, NaN below 0.</summary>
    [MethodImpl(Inline)]
    public static V Log<V>(V x)
        where V : unmanaged, ISimd<V, float>
    {
        V fraction = LogParts(x, out V exponent);
        return LogSpecial(x, V.Fma(exponent, V.Create(Ln2), fraction));
    }

    /// <summary>log₂ x, error ≤ 2 ULP; exact for powers of two.</summary>
    [MethodImpl(Inline)]
    public static V Log2<V>(V x)
        where V : unmanaged, ISimd<V, float>
    {
        V fraction = LogParts(x, out V exponent);
        return LogSpecial(x, V.Fma(fraction, V.Create(1.44269502f), V.Fma(fraction, V.Create(1.92596299e-8f), exponent)));
    }

    /// <summary>log₁₀ x, error ≤ 2 ULP.</summary>
    [MethodImpl(Inline)]
    public static V Log10<V>(V x)
        where V : unmanaged, ISimd<V, float>
    {
        V fraction = LogParts(x, out V exponent);
        return LogSpecial(x, V.Fma(exponent, V.Create(0.301029996f), fraction * V.Create(0.434294492f)));
    }

    /// <summary>ln(1 + x), error ≤ 1 ULP; −∞ at −1, NaN below.</summary>
    [MethodImpl(Inline)]
    public static V Log1p<V>(V x)
        where V : unmanaged, ISimd<V, float>
    {
        // 1 + x = 2ᵉ·(1 + m): m is formed from x itself, so that no digit of a small x is lost.
        V u = x + V.Create(1f);
        V e = V.SubtractBits(u, V.Create(0.75f)) & Bits<V>(unchecked((int)0xff800000));
        V m = V.SubtractBits(x, e);
        V scale = V.SubtractBits(V.Create(4f), e);
        m += V.Fma(V.Create(0.25f), scale, V.Create(-1f));
        V exponent = V.ToFloating(e) * V.Create(1.1920929e-7f);

        V s = m * m;
        V r = V.Create(-4.54559326e-2f);
        V t = V.Create(1.05529785e-1f);
        r = V.Fma(r, s, V.Create(-1.32279143e-1f));
        t = V.Fma(t, s, V.Create(1.44911006e-1f));
        r = V.Fma(r, s, V.Create(-1.66416913e-1f));
        t = V.Fma(t, s, V.Create(1.99886635e-1f));
        r = V.Fma(r, s, V.Create(-2.50001878e-1f));
        r = V.Fma(t, m, r);
        r = V.Fma(r, m, V.Create(3.33335280e-1f));
        r = V.Fma(r, m, V.Create(-0.5f));
        r = V.Fma(r, s, m);
        r = V.Fma(exponent, V.Create(Ln2), r);

        r = V.Select(V.Less(x, V.Create(float.PositiveInfinity)), r, x);
        r = V.Select(V.LessOrEqual(x, V.Create(-1f)), LogSpecial(u, r), r);
        return V.Select(V.Equal(x, V.Zero), x, r);
    }

    /// <summary>tanh x, error ≤ 1.5 ULP: a polynomial near 0, 1 − 2/(e²ˣ + 1) elsewhere.</summary>
    [MethodImpl(Inline)]
    public static V Tanh<V>(V x)
        where V : unmanaged, ISimd<V, float>
    {
        V sign = x & Bits<V>(int.MinValue);
        V size = x ^ sign;
        V one = V.Create(1f);
        V large = (one - (V.Create(2f) / (Exp(size + size) + one))) | sign;

        V s = x * x;
        V p = V.Create(1.57394409e-2f);
        p = V.Fma(p, s, V.Create(-5.23025990e-2f));
        p = V.Fma(p, s, V.Create(1.33152470e-1f));
        p = V.Fma(p, s, V.Create(-3.33327681e-1f));
        V small = V.Fma(V.Fma(p, s, V.Zero), x, x);
        return V.Select(V.Less(V.Create(0.55f), size), large, small);
    }

    /// <summary>1/(1 + e⁻ˣ), error ≤ 2 ULP; formed from e^−|x|, so that small results keep their digits.</summary>
    [MethodImpl(Inline)]
    public static V Sigmoid<V>(V x)
        where V : unmanaged, ISimd<V, float>
    {
        V e = Exp(x | Bits<V>(int.MinValue));
        V one = V.Create(1f);
        return V.Select(V.Less(x, V.Zero), e, one) / (one + e);
    }

    /// <summary>erf x, error ≤ 1.5 ULP.</summary>
    [MethodImpl(Inline)]
    public static V Erf<V>(V x)
        where V : unmanaged, ISimd<V, float>
    {
        V sign = x & Bits<V>(int.MinValue);
        V t = x ^ sign;
        V s = x * x;

        // |x| large: 1 − e^p(|x|).
        V a = V.Fma(V.Create(-1.72853470e-5f), t, V.Create(3.83197126e-4f));
        V b = V.Fma(V.Create(-3.88396438e-3f), t, V.Create(2.42546219e-2f));
        a = V.Fma(a, s, b);
        a = V.Fma(a, t, V.Create(-1.06777877e-1f));
        a = V.Fma(a, t, V.Create(-6.34846687e-1f));
        a = V.Fma(a, t, V.Create(-1.28717512e-1f));
        a = V.Fma(a, t, -t);

        // Beyond 5 the result is 1; the exponent is chosen to stay clear of slow subnormals.
        V large = (V.Create(1f) - Exp(V.Select(V.Less(t, V.Create(5f)), a, V.Create(-80f)))) | sign;

        // |x| small: x + x·p(x²).
        V c = V.Create(-5.96761703e-4f);
        c = V.Fma(c, s, V.Create(4.99119423e-3f));
        c = V.Fma(c, s, V.Create(-2.67681349e-2f));
        c = V.Fma(c, s, V.Create(1.12819925e-1f));
        c = V.Fma(c, s, V.Create(-3.76125336e-1f));
        c = V.Fma(c, s, V.Create(1.28379166e-1f));
        V small = V.Fma(c, x, x);

        // A NaN takes the small branch and stays NaN.
        return V.Select(V.Less(V.Create(0.927734375f), t), large, small);
    }

    /// <summary>1 + erf x, error ≤ 4 ULP for x ≥ −1, growing to 64 ULP at −4 and to 10⁻¹² below.</summary>
    [MethodImpl(Inline)]
    public static V ErfPlusOne<V>(V x)
        where V : unmanaged, ISimd<V, float>
    {
        V tail = ErfComplement(V.Abs(x));
        return V.Select(V.Less(x, V.Zero), tail, V.Create(2f) - tail);
    }

    /// <summary>GELU, x/2·(1 + erf(x/√2)), with the error of <see cref="ErfPlusOne"/>; NaN at −∞, as the product says.</summary>
    [MethodImpl(Inline)]
    public static V Gelu<V>(V x)
        where V : unmanaged, ISimd<V, float>
    {
        // The sum is x or 0: x/2·(2 − tail) above zero and −|x|/2·tail below become one expression. The bound keeps ∞·0 out of it.
        V half = x * V.Create(0.5f), size = V.Abs(half);
        V tail = ErfComplement(V.Abs(x * V.Create(0.707106781f)));
        return V.FmaNegated(V.MinNative(size, V.Create(float.MaxValue)), tail, half + size);
    }

    /// <summary>1 − erf t for t ≥ 0, right in its relative error up to 5.1 and below 10⁻¹² beyond.</summary>
    /// <remarks>2^(t·q(t)): log₂ of it over t is smooth, a minimax polynomial with the weight t/(1 + |t·q|). Evaluated as a tree (Estrin): the
    /// loop waits for results, not for units.</remarks>
    [MethodImpl(Inline)]
    private static V ErfComplement<V>(V t)
        where V : unmanaged, ISimd<V, float>
    {
        V u = V.MinNative(V.Create(5.1f), t);
        V u2 = u * u, u4 = u2 * u2;
        V low = V.Fma(V.Fma(V.Create(-2.70015677e-4f), u, V.Create(0.0280662514f)), u2, V.Fma(V.Create(-0.148469627f), u, V.Create(-0.918408811f)));
        V middle = V.Fma(V.Fma(V.Create(2.53654944e-5f), u, V.Create(-1.8844202e-4f)), u2, V.Fma(V.Create(8.52503523e-4f), u, V.Create(-2.11234461e-3f)));
        V high = V.Fma(V.Create(6.52820304e-8f), u, V.Create(-1.94535392e-6f));
        V q = V.Fma(V.Fma(high, u4, middle), u4, low);

        // The first term by itself, so that less is lost in rounding. Beyond 2^-150 the result is 0; a NaN stays one in both bounds.
        V exponent = V.MaxNative(V.Create(-151f), V.Fma(t * u, q, t * V.Create(-1.62790954f)));
        V n = V.Round(exponent);
        return V.Scale(Exp2Fraction(exponent - n), n);
    }

    [MethodImpl(Inline)]
    private static V Clamp<V>(V x, float low, float high)
        where V : unmanaged, ISimd<V, float>
    {
        // Of a NaN and a number these give the second, so a NaN stays.
        return V.MinNative(V.Create(high), V.MaxNative(V.Create(low), x));
    }

    [MethodImpl(Inline)]
    private static V Bits<V>(int bits)
        where V : unmanaged, ISimd<V, float> => V.Create(BitConverter.Int32BitsToSingle(bits));

    /// <summary>x − n·ln 2.</summary>
    [MethodImpl(Inline)]
    private static V Reduce<V>(V x, V n)
        where V : unmanaged, ISimd<V, float> => V.FmaNegated(n, V.Create(Ln2Low), V.FmaNegated(n, V.Create(Ln2High), x));

    /// <summary>eʳ − 1 for |r| ≤ ln(2)/2.</summary>
    [MethodImpl(Inline)]
    private static V ExpMinusOne<V>(V r)
        where V : unmanaged, ISimd<V, float>
    {
        V r2 = r * r;
        V p = V.Fma(V.Fma(V.Create(1.37805939e-3f), r2, V.Fma(V.Create(8.37312452e-3f), r, V.Create(4.16695364e-2f))), r2, V.Fma(V.Create(1.66664720e-1f), r, V.Create(4.99999851e-1f)));
        return V.Fma(p, r2, r);
    }

    /// <summary>2ʳ for |r| ≤ 1/2.</summary>
    [MethodImpl(Inline)]
    private static V Exp2Fraction<V>(V r)
        where V : unmanaged, ISimd<V, float>
    {
        V r2 = r * r;
        V high = V.Fma(V.Fma(V.Create(1.54697320e-4f), r, V.Create(1.34100010e-3f)), r2, V.Fma(V.Create(9.61803078e-3f), r, V.Create(0.0555029731f)));
        V p = V.Fma(high, r2, V.Fma(V.Create(0.240226511f), r, V.Create(0.693147225f)));
        return V.Fma(p, r, V.Create(1f));
    }

    /// <summary>x = 2^exponent · m with m in [2/3, 4/3]; returns ln m.</summary>
    [MethodImpl(Inline)]
    private static V LogParts<V>(V x, out V exponent)
        where V : unmanaged, ISimd<V, float>
    {
        V subnormal = V.Less(x, V.Create(1.17549435e-38f));
        x = V.Select(subnormal, x * V.Create(8388608f), x);
        V e = V.SubtractBits(x, V.Create(0.666666667f)) & Bits<V>(unchecked((int)0xff800000));
        V m = V.SubtractBits(x, e) - V.Create(1f);
        exponent = V.Fma(V.ToFloating(e), V.Create(1.1920929e-7f), subnormal & V.Create(-23f));

        V s = m * m;
        V r = V.Create(-0.130310059f);
        V t = V.Create(0.140869141f);
        r = V.Fma(r, s, V.Create(-0.121483512f));
        t = V.Fma(t, s, V.Create(0.139814854f));
        r = V.Fma(r, s, V.Create(-0.166846126f));
        t = V.Fma(t, s, V.Create(0.200120345f));
        r = V.Fma(r, s, V.Create(-0.249996200f));
        r = V.Fma(t, m, r);
        r = V.Fma(r, m, V.Create(0.333331972f));
        r = V.Fma(r, m, V.Create(-0.5f));
        return V.Fma(r, s, m);
    }

    /// <summary>The result where x is not in (0, ∞): −∞ for ±0, NaN for negatives, x for +∞ and NaN.</summary>
    [MethodImpl(Inline)]
    private static V LogSpecial<V>(V x, V result)
        where V : unmanaged, ISimd<V, float>
    {
        V special = V.Select(V.Equal(x, V.Zero), V.Create(float.NegativeInfinity), V.Select(V.Less(x, V.Zero), V.Create(float.NaN), x));
        V ordinary = V.Less(V.Zero, x) & V.Less(x, V.Create(float.PositiveInfinity));
        return V.Select(ordinary, result, special);
    }
}
