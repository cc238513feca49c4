using System.Numerics;
using CudaNet.Cpu.Simd;

namespace CudaNet.Tests.Simd;

/// <summary>Elementary functions against <see cref="Math"/> in double, over all exponents and the special values.</summary>
public unsafe class MathTests
{
    private static readonly float[] Specials32 =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, float.Epsilon, -float.Epsilon, 1.1754942e-38f,
        1.17549435e-38f, float.MaxValue, float.MinValue, 1f, -1f, 0.5f, -0.5f, 88.72f, 88.73f, 89f, -87.33f, -87.4f, -103.9f, -104.1f,
        127.99f, 128f, -149f, -150.1f, 2f, 10f, 1e-10f, -0.99999994f, 0.99999994f, 1.0000001f, 47999f, 48001f, 1e10f,
    ];

    private static readonly (string Name, UnaryLoop32 Loop, Func<double, double> Exact, double Ulp)[] Functions32 =
    [
        ("exp", SimdLoop.Unary<float, ExpOperator>, Math.Exp, 1.5),
        ("exp2", SimdLoop.Unary<float, Exp2Operator>, x => Math.Pow(2, x), 2),
        ("expm1", SimdLoop.Unary<float, Expm1Operator>, Expm1, 2),
        ("log", SimdLoop.Unary<float, LogOperator>, Math.Log, 1.5),
        ("log2", SimdLoop.Unary<float, Log2Operator>, Math.Log2, 2),
        ("log10", SimdLoop.Unary<float, Log10Operator>, Math.Log10, 2.5),
        ("log1p", SimdLoop.Unary<float, Log1pOperator>, Log1p, 1.5),
        ("tanh", SimdLoop.Unary<float, TanhOperator>, Math.Tanh, 2),
        ("sigmoid", SimdLoop.Unary<float, SigmoidOperator>, x => 1 / (1 + Math.Exp(-x)), 2),
        ("erf", SimdLoop.Unary<float, ErfOperator>, MathF64.Erf, 2),
        ("sin", SimdLoop.Unary<float, SinOperator>, Math.Sin, 2),
        ("cos", SimdLoop.Unary<float, CosOperator>, Math.Cos, 2),
        ("tan", SimdLoop.Unary<float, TanOperator>, Math.Tan, 3),
        ("rsqrt", SimdLoop.Unary<float, RsqrtOperator<float>>, x => 1 / Math.Sqrt(x), 1.5),
        ("sqrt", SimdLoop.Unary<float, SqrtOperator<float>>, Math.Sqrt, 0.5),
        ("reciprocal", SimdLoop.Unary<float, ReciprocalOperator<float>>, x => 1 / x, 0.5),
    ];

    private static readonly (string Name, UnaryLoop64 Loop, Func<double, double> Exact, double Ulp)[] Functions64 =
    [
        ("exp", SimdLoop.Unary<double, ExpOperator>, Math.Exp, 2),
        ("exp2", SimdLoop.Unary<double, Exp2Operator>, x => Math.Pow(2, x), 3),
        ("expm1", SimdLoop.Unary<double, Expm1Operator>, Kahan, 5),
        ("log", SimdLoop.Unary<double, LogOperator>, Math.Log, 2),
        ("log2", SimdLoop.Unary<double, Log2Operator>, Math.Log2, 3),
        ("log10", SimdLoop.Unary<double, Log10Operator>, Math.Log10, 3),
        ("log1p", SimdLoop.Unary<double, Log1pOperator>, Log1p, 4),
        ("tanh", SimdLoop.Unary<double, TanhOperator>, Math.Tanh, 4),
        ("sigmoid", SimdLoop.Unary<double, SigmoidOperator>, x => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x)), 4),
        ("sin", SimdLoop.Unary<double, SinOperator>, Math.Sin, 3),
        ("cos", SimdLoop.Unary<double, CosOperator>, Math.Cos, 3),
        ("tan", SimdLoop.Unary<double, TanOperator>, Math.Tan, 4),
        ("rsqrt", SimdLoop.Unary<double, RsqrtOperator<double>>, x => 1 / Math.Sqrt(x), 0),
    ];

    private delegate void UnaryLoop64(double* x, double* y, nint n);

    private delegate void UnaryLoop32(float* x, float* y, nint n);

    private static IEnumerable<string> Names64 => Functions64.Select(f => f.Name);

    private static IEnumerable<string> Names32 => Functions32.Select(f => f.Name);

    [TestCaseSource(nameof(Names32))]
    public void Float_function_is_within_its_ULP_bound_over_all_exponents(string name)
    {
        var (_, loop, exact, ulp) = Functions32.Single(f => f.Name == name);
        var inputs = new List<float>(Specials32);
        var random = new Random(1);
        for (int exponent = 0; exponent < 255; exponent++)
        {
            for (int i = 0; i < 300; i++)
            {
                int bits = (exponent << 23) | random.Next(1 << 23);
                inputs.Add(BitConverter.Int32BitsToSingle(bits));
                inputs.Add(-inputs[^1]);
            }
        }

        for (int i = -60000; i < 60000; i++) inputs.Add(i * 0.0017f);

        float[] x = [.. inputs], y = new float[x.Length];
        fixed (float* px = x, py = y) loop(px, py, x.Length);

        double worst = 0;
        float worstAt = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double error = Ulp.Error(y[i], exact(x[i]));
            if (error > worst) (worst, worstAt) = (error, x[i]);
        }

        TestContext.Out.WriteLine($"{name}: {worst:F3} ULP at {worstAt:R}");
        Assert.That(worst, Is.LessThanOrEqualTo(ulp), $"worst at {worstAt:R}");
    }

    [Test]
    public void One_plus_erf_keeps_its_digits_where_the_sum_cancels()
    {
        for (int i = -60000; i < 20000; i++)
        {
            float x = i * 0.0001f, y = SimdLoop.Unary<float, ErfPlusOneOperator>(x);
            if (x < -4) Assert.That(y, Is.EqualTo(1 + MathF64.Erf(x)).Within(1e-12), $"at {x:R}");
            else Assert.That(Ulp.Error(y, 1 + MathF64.Erf(x)), Is.LessThanOrEqualTo(x < -1 ? 64 : 4), $"at {x:R}");
        }
        float[] specials = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, float.MaxValue, float.MinValue, float.Epsilon];
        Assert.That(specials.Select(x => SimdLoop.Unary<float, ErfPlusOneOperator>(x)), Is.EqualTo([float.NaN, 2, 0, 1, 2, 0, 1]));
    }

    [Test]
    public void Gelu_keeps_its_digits_far_below_zero()
    {
        for (int i = -100000; i < 100000; i++)
        {
            float x = i * 0.0001f, y = SimdLoop.Unary<float, GeluOperator>(x);
            double exact = x / 2.0 * (1 + MathF64.Erf(x * Math.Sqrt(0.5)));
            if (x < -5.6f) Assert.That(y, Is.EqualTo(exact).Within(1e-11), $"at {x:R}");
            // Below zero the function falls like e^(−x²/2): half an ULP of the argument is x²/2 of the result.
            else Assert.That(Ulp.Error(y, exact), Is.LessThanOrEqualTo(4 * Math.Max(1, x < 0 ? x * x : 0)), $"at {x:R}");
        }
        float[] specials = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, float.MaxValue, float.MinValue];
        Assert.That(specials.Select(x => SimdLoop.Unary<float, GeluOperator>(x)), Is.EqualTo([float.NaN, float.PositiveInfinity, float.NaN, 0, float.MaxValue, 0]));
    }

    [TestCaseSource(nameof(Names64))]
    public void Double_function_agrees_with_Math_over_all_exponents(string name)
    {
        var (_, loop, exact, ulp) = Functions64.Single(f => f.Name == name);
        var inputs = new List<double>(Specials32.Select(x => (double)x)) { double.Epsilon, double.MaxValue, double.MinValue, 709.7, 709.8, -745, -746, 1e6, -1e6, 1.0000001e6, 2.2250738585072014e-308 };
        var random = new Random(1);
        for (long exponent = 0; exponent < 2047; exponent++)
        {
            for (int i = 0; i < 20; i++)
            {
                inputs.Add(BitConverter.Int64BitsToDouble((exponent << 52) | random.NextInt64(1L << 52)));
                inputs.Add(-inputs[^1]);
            }
        }

        for (int i = -60000; i < 60000; i++) inputs.Add(i * 0.0017);

        double[] x = [.. inputs], y = new double[x.Length];
        fixed (double* px = x, py = y) loop(px, py, x.Length);

        double worst = 0, worstAt = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double error = Ulp.Distance(y[i], exact(x[i]));
            if (error > worst) (worst, worstAt) = (error, x[i]);
        }

        TestContext.Out.WriteLine($"{name}: {worst} ULP from Math at {worstAt:R}");
        Assert.That(worst, Is.LessThanOrEqualTo(ulp), $"worst at {worstAt:R}");
    }

    [Test]
    public void Erf_of_double_agrees_with_values_of_high_precision()
    {
        // Computed to 30 digits by the series of erf and of erfc.
        (double X, double Erf)[] table =
        [
            (0.1, 0.1124629160182848922), (0.5, 0.5204998778130465377), (0.84375, 0.76722566123234162), (1, 0.8427007929497148693), (1.5, 0.9661051464753107271),
            (2, 0.9953222650189527342), (3, 0.9999779095030014146), (4, 0.9999999845827420998), (5, 0.9999999999984625402), (7, 1), (0, 0),
        ];
        foreach (var (x, erf) in table)
        {
            Assert.That(SimdLoop.Unary<double, ErfOperator>(x), Is.EqualTo(erf).Within(2e-16));
            Assert.That(SimdLoop.Unary<double, ErfOperator>(-x), Is.EqualTo(-erf).Within(2e-16));
        }

        Assert.That(SimdLoop.Unary<double, ErfOperator>(double.NaN), Is.NaN);
    }

    // (u − 1)·x/ln u with u = eˣ: the rounding of u cancels (Kahan).
    private static double Kahan(double x)
    {
        double u = Math.Exp(x);
        return u == 1 ? x : u - 1 == -1 || double.IsInfinity(u) ? u - 1 : (u - 1) * (x / Math.Log(u));
    }

    private static double Expm1(double x) => Math.Abs(x) > 1e-5 ? Math.Exp(x) - 1 : x == 0 ? x : x + (x * x / 2) + (x * x * x / 6);

    private static double Log1p(double x)
    {
        if (double.IsInfinity(x)) return Math.Log(x);
        double u = 1 + x;
        return u == 1 ? x : u == 0 ? double.NegativeInfinity : Math.Log(u) * (x / (u - 1));
    }
}
