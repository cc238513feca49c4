using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <content>Trigonometric functions: reduction by π/2 in three parts, then the polynomials of fdlibm (k_sin.c, k_cos.c, Sun Microsystems 1993).</content>
internal static partial class MathF64
{
    // Up to here the quotient by π/2 is small enough for three parts; beyond, lanes go to Math.
    private const double LargeAngle = 1e6;

    /// <summary>sin x.</summary>
    [MethodImpl(Inline)]
    public static V Sin<V>(V x)
        where V : unmanaged, ISimd<V, double>
    {
        V r = ReduceAngle(x, out V quadrant);
        V large = V.Less(V.Create(LargeAngle), V.Abs(x));
        V result = SinOrCos(r, quadrant);
        return V.Any(large) ? V.Select(large, Lanes.Map<V, double, ScalarSin>(x), result) : result;
    }

    /// <summary>cos x.</summary>
    [MethodImpl(Inline)]
    public static V Cos<V>(V x)
        where V : unmanaged, ISimd<V, double>
    {
        V r = ReduceAngle(x, out V quadrant);
        V large = V.Less(V.Create(LargeAngle), V.Abs(x));
        V result = SinOrCos(r, V.AddBits(quadrant, V.Create(BitConverter.Int64BitsToDouble(1))));
        return V.Any(large) ? V.Select(large, Lanes.Map<V, double, ScalarCos>(x), result) : result;
    }

    /// <summary>tan x, within 3 ULP.</summary>
    [MethodImpl(Inline)]
    public static V Tan<V>(V x)
        where V : unmanaged, ISimd<V, double>
    {
        V r = ReduceAngle(x, out V quadrant);
        V s = r * r;
        V sin = SinPolynomial(r, s), cos = CosPolynomial(s);
        V odd = V.ShiftRightSignedBits(V.ShiftLeftBits(quadrant, 63), 63);
        V result = V.Select(odd, -cos, sin) / V.Select(odd, sin, cos);
        V large = V.Less(V.Create(LargeAngle), V.Abs(x));
        return V.Any(large) ? V.Select(large, Lanes.Map<V, double, ScalarTan>(x), result) : result;
    }

    [MethodImpl(Inline)]
    private static V ReduceAngle<V>(V x, out V quadrant)
        where V : unmanaged, ISimd<V, double>
    {
        V magic = V.Create(6755399441055744.0); // 1.5·2⁵²: rounds, and leaves the integer in the low bits
        quadrant = V.Fma(x, V.Create(0.63661977236758134), magic);
        V q = quadrant - magic;
        V r = V.FmaNegated(q, V.Create(1.5707963267948966), x);

        // The second part is rounded down, so that all parts are positive and −0 passes.
        r = V.FmaNegated(q, V.Create(6.123233995736765e-17), r);
        return V.FmaNegated(q, V.Create(1.082856673921914e-32), r);
    }

    [MethodImpl(Inline)]
    private static V SinOrCos<V>(V r, V quadrant)
        where V : unmanaged, ISimd<V, double>
    {
        V s = r * r;
        V odd = V.ShiftRightSignedBits(V.ShiftLeftBits(quadrant, 63), 63);
        V sign = V.ShiftLeftBits(V.ShiftRightBits(quadrant, 1), 63);
        return V.Select(odd, CosPolynomial(s), SinPolynomial(r, s)) ^ sign;
    }

    [MethodImpl(Inline)]
    private static V SinPolynomial<V>(V r, V s)
        where V : unmanaged, ISimd<V, double>
    {
        V p = V.Create(1.58969099521155010221e-10);
        p = V.Fma(p, s, V.Create(-2.50507602534068634195e-08));
        p = V.Fma(p, s, V.Create(2.75573137070700676789e-06));
        p = V.Fma(p, s, V.Create(-1.98412698298579493134e-04));
        p = V.Fma(p, s, V.Create(8.33333333332248946124e-03));
        p = V.Fma(p, s, V.Create(-1.66666666666666324348e-01));

        // r·s + 0 has the sign that lets −0 pass.
        return V.Fma(p, V.Fma(r, s, V.Zero), r);
    }

    [MethodImpl(Inline)]
    private static V CosPolynomial<V>(V s)
        where V : unmanaged, ISimd<V, double>
    {
        V p = V.Create(-1.13596475577881948265e-11);
        p = V.Fma(p, s, V.Create(2.08757232129817482790e-09));
        p = V.Fma(p, s, V.Create(-2.75573143513906633035e-07));
        p = V.Fma(p, s, V.Create(2.48015872894767294178e-05));
        p = V.Fma(p, s, V.Create(-1.38888888888741095749e-03));
        p = V.Fma(p, s, V.Create(4.16666666666666019037e-02));

        // 1 − s/2 with what its rounding loses.
        V half = V.Create(0.5) * s, one = V.Create(1d), w = one - half;
        return w + V.Fma(p * s, s, (one - w) - half);
    }

    private readonly struct ScalarSin : IScalarFunction<double>
    {
        public static double Invoke(double x) => Math.Sin(x);
    }

    private readonly struct ScalarCos : IScalarFunction<double>
    {
        public static double Invoke(double x) => Math.Cos(x);
    }

    private readonly struct ScalarTan : IScalarFunction<double>
    {
        public static double Invoke(double x) => Math.Tan(x);
    }
}
