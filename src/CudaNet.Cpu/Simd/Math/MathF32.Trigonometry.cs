using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <content>Trigonometric functions and powers.</content>
internal static partial class MathF32
{
    // The three-part reduction is good for |x| up to here; beyond, lanes go to double.
    private const float LargeAngle = 48000f;

    /// <summary>sin x, error ≤ 1.5 ULP.</summary>
    [MethodImpl(Inline)]
    public static V Sin<V>(V x)
        where V : unmanaged, ISimd<V, float>
    {
        V r = ReduceAngle(x, out V quadrant);
        V result = SinOrCos(r, quadrant);
        V large = V.Less(V.Create(LargeAngle), V.Abs(x));
        return V.Any(large) ? V.Select(large, Lanes.Map<V, float, ScalarSin>(x), result) : result;
    }

    /// <summary>cos x, error ≤ 1.5 ULP.</summary>
    [MethodImpl(Inline)]
    public static V Cos<V>(V x)
        where V : unmanaged, ISimd<V, float>
    {
        V r = ReduceAngle(x, out V quadrant);
        V result = SinOrCos(r, V.AddBits(quadrant, Bits<V>(1)));
        V large = V.Less(V.Create(LargeAngle), V.Abs(x));
        return V.Any(large) ? V.Select(large, Lanes.Map<V, float, ScalarCos>(x), result) : result;
    }

    /// <summary>tan x, error ≤ 3 ULP.</summary>
    [MethodImpl(Inline)]
    public static V Tan<V>(V x)
        where V : unmanaged, ISimd<V, float>
    {
        V r = ReduceAngle(x, out V quadrant);
        V s = r * r;
        V sin = SinPolynomial(r, s), cos = CosPolynomial(s);
        V odd = V.ShiftRightSignedBits(V.ShiftLeftBits(quadrant, 31), 31);
        V result = V.Select(odd, -cos, sin) / V.Select(odd, sin, cos);
        V large = V.Less(V.Create(LargeAngle), V.Abs(x));
        return V.Any(large) ? V.Select(large, Lanes.Map<V, float, ScalarTan>(x), result) : result;
    }

    /// <summary>xʸ as <see cref="Math.Pow"/>, rounded once to float.</summary>
    [MethodImpl(Inline)]
    public static V Pow<V>(V x, V y)
        where V : unmanaged, ISimd<V, float> => Lanes.Map2<V, float, ScalarPow>(x, y);

    /// <summary>r = x − q·π/2 with |r| ≤ π/4; q in the low bits of quadrant.</summary>
    [MethodImpl(Inline)]
    private static V ReduceAngle<V>(V x, out V quadrant)
        where V : unmanaged, ISimd<V, float>
    {
        // Adding 1.5·2²³ rounds to an integer and leaves it in the low mantissa bits.
        V magic = V.Create(12582912f);
        quadrant = V.Fma(x, V.Create(0.636619747f), magic);
        V q = quadrant - magic;
        V r = V.FmaNegated(q, V.Create(1.57079601e+00f), x);
        r = V.FmaNegated(q, V.Create(3.13916473e-07f), r);
        return V.FmaNegated(q, V.Create(5.39030253e-15f), r);
    }

    [MethodImpl(Inline)]
    private static V SinOrCos<V>(V r, V quadrant)
        where V : unmanaged, ISimd<V, float>
    {
        V s = r * r;
        V odd = V.ShiftRightSignedBits(V.ShiftLeftBits(quadrant, 31), 31);
        V sign = V.ShiftLeftBits(V.ShiftRightBits(quadrant, 1), 31);
        return V.Select(odd, CosPolynomial(s), SinPolynomial(r, s)) ^ sign;
    }

    [MethodImpl(Inline)]
    private static V SinPolynomial<V>(V r, V s)
        where V : unmanaged, ISimd<V, float>
    {
        V p = V.Create(2.86567956e-6f);
        p = V.Fma(p, s, V.Create(-1.98559923e-4f));
        p = V.Fma(p, s, V.Create(8.33345693e-3f));
        p = V.Fma(p, s, V.Create(-1.66666672e-1f));

        // r·s + 0 has the sign that lets −0 pass.
        return V.Fma(p, V.Fma(r, s, V.Zero), r);
    }

    [MethodImpl(Inline)]
    private static V CosPolynomial<V>(V s)
        where V : unmanaged, ISimd<V, float>
    {
        V p = V.Create(2.44677067e-5f);
        p = V.Fma(p, s, V.Create(-1.38877297e-3f));
        p = V.Fma(p, s, V.Create(4.16666567e-2f));
        p = V.Fma(p, s, V.Create(-0.5f));
        return V.Fma(p, s, V.Create(1f));
    }

    private readonly struct ScalarSin : IScalarFunction<float>
    {
        public static float Invoke(float x) => (float)Math.Sin(x);
    }

    private readonly struct ScalarCos : IScalarFunction<float>
    {
        public static float Invoke(float x) => (float)Math.Cos(x);
    }

    private readonly struct ScalarTan : IScalarFunction<float>
    {
        public static float Invoke(float x) => (float)Math.Tan(x);
    }

    private readonly struct ScalarPow : IScalarFunction2<float>
    {
        public static float Invoke(float x, float y) => (float)Math.Pow(x, y);
    }
}
