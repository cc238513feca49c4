using System.Numerics;

namespace CudaNet.Tests;

/// <summary>Floating-point instructions of hand-written PTX: rounding, flushing, NaN, saturation, conversions.</summary>
public sealed class FloatInstructionTests
{
    private static readonly float[] Edge =
    [
        0f, -0f, 1f, -1f, 0.5f, 1.5f, 3f, 1f / 3, 1e-38f, -1e-38f, 1e-40f, -1e-45f, 1.17549435e-38f, 3.4028235e38f, -3.4028235e38f, 16777216f, 1e10f, -2.5f, 0.1f, 123456.79f,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, 5.9604645e-8f, 1.0000001f, 7e-39f,
    ];

    private static readonly uint[] A = [.. from a in Edge from b in Edge select Bits(a)];
    private static readonly uint[] B = [.. from a in Edge from b in Edge select Bits(b)];
    private static readonly uint[] C = [.. A.Select((_, i) => Bits(Edge[(i * 7) % Edge.Length]))];

    private static uint Bits(float x) => BitConverter.SingleToUInt32Bits(x);

    private static float Float(uint x) => BitConverter.UInt32BitsToSingle(x);

    private static uint Canonical(float x) => float.IsNaN(x) ? 0x7FFFFFFF : Bits(x);

    private static float Flush(float x) => float.IsSubnormal(x) ? MathF.CopySign(0, x) : x;

    [Test]
    public void Arithmetic_to_nearest_is_ieee_with_the_canonical_nan()
    {
        Assert.That(PtxRunner.Run<uint, uint>("add.f32 %d, %a, %b;", A, B), Is.EqualTo(A.Zip(B, (a, b) => Canonical(Float(a) + Float(b)))));
        Assert.That(PtxRunner.Run<uint, uint>("sub.rn.f32 %d, %a, %b;", A, B), Is.EqualTo(A.Zip(B, (a, b) => Canonical(Float(a) - Float(b)))));
        Assert.That(PtxRunner.Run<uint, uint>("mul.f32 %d, %a, %b;", A, B), Is.EqualTo(A.Zip(B, (a, b) => Canonical(Float(a) * Float(b)))));
        Assert.That(PtxRunner.Run<uint, uint>("div.rn.f32 %d, %a, %b;", A, B), Is.EqualTo(A.Zip(B, (a, b) => Canonical(Float(a) / Float(b)))));
        Assert.That(PtxRunner.Run<uint, uint>("fma.rn.f32 %d, %a, %b, %c;", A, B, C), Is.EqualTo(A.Select((a, i) => Canonical(MathF.FusedMultiplyAdd(Float(a), Float(B[i]), Float(C[i]))))));
        Assert.That(PtxRunner.Run<uint, uint>("sqrt.rn.f32 %d, %a;", A), Is.EqualTo(A.Select(a => Canonical(MathF.Sqrt(Float(a))))));
    }

    [Test]
    public void Ftz_flushes_inputs_and_results()
    {
        Assert.That(PtxRunner.Run<uint, uint>("add.ftz.f32 %d, %a, %b;", A, B), Is.EqualTo(A.Zip(B, (a, b) => Canonical(Flush(Flush(Float(a)) + Flush(Float(b)))))));
        Assert.That(PtxRunner.Run<uint, uint>("mul.ftz.f32 %d, %a, %b;", A, B), Is.EqualTo(A.Zip(B, (a, b) => Canonical(Flush(Flush(Float(a)) * Flush(Float(b)))))));
        Assert.That(PtxRunner.Run<uint, uint>("setp.eq.ftz.f32 %p1, %a, 0f00000000; selp.b32 %d, 1, 0, %p1;", A), Is.EqualTo(A.Select(a => Flush(Float(a)) == 0 ? 1u : 0)));
        Assert.That(PtxRunner.Run<uint, uint>("abs.ftz.f32 %d, %a;", [Bits(-1e-40f)])[0], Is.Zero);
    }

    [Test]
    public void Saturation_clamps_to_one_and_turns_nan_into_zero()
    {
        static uint Saturate(float x) => Bits(x >= 1 ? 1 : x > 0 ? x : 0);
        Assert.That(PtxRunner.Run<uint, uint>("add.sat.f32 %d, %a, %b;", A, B), Is.EqualTo(A.Zip(B, (a, b) => Saturate(Float(a) + Float(b)))));
        Assert.That(PtxRunner.Run<uint, uint>("fma.rn.sat.f32 %d, %a, %b, %c;", A, B, C), Is.EqualTo(A.Select((a, i) => Saturate(MathF.FusedMultiplyAdd(Float(a), Float(B[i]), Float(C[i]))))));
    }

    [TestCase("rz")]
    [TestCase("rm")]
    [TestCase("rp")]
    public void Directed_roundings_of_f32_enclose_the_exact_result(string mode)
    {
        Check($"add.{mode}.f32 %d, %a, %b;", (a, b, _) => Fraction.Of(a) + Fraction.Of(b));
        Check($"sub.{mode}.f32 %d, %a, %b;", (a, b, _) => Fraction.Of(a) - Fraction.Of(b));
        Check($"mul.{mode}.f32 %d, %a, %b;", (a, b, _) => Fraction.Of(a) * Fraction.Of(b));
        Check($"fma.{mode}.f32 %d, %a, %b, %c;", (a, b, c) => (Fraction.Of(a) * Fraction.Of(b)) + Fraction.Of(c));
        Check($"div.{mode}.f32 %d, %a, %b;", (a, b, _) => b == 0 ? null : Fraction.Of(a) / Fraction.Of(b));

        void Check(string instruction, Func<float, float, float, Fraction?> exact)
        {
            var actual = PtxRunner.Run<uint, uint>(instruction, A, B, C);
            for (int i = 0; i < A.Length; i++)
            {
                float a = Float(A[i]), b = Float(B[i]), c = Float(C[i]), r = Float(actual[i]);
                if (!float.IsFinite(a) || !float.IsFinite(b) || (instruction.StartsWith("fma") && !float.IsFinite(c)) || exact(a, b, c) is not { } value) continue;
                AssertRounded(r, value, mode, $"{instruction} {a} {b} {c}");
            }
        }
    }

    private static void AssertRounded(double r, Fraction exact, string mode, string what, bool isDouble = false)
    {
        double Next(double x, bool up) => isDouble ? (up ? Math.BitIncrement(x) : Math.BitDecrement(x)) : up ? MathF.BitIncrement((float)x) : MathF.BitDecrement((float)x);
        bool up = mode == "rp" || (mode == "rz" && exact.Sign < 0);
        if (r == 0 && exact.Sign == 0) return;
        if (double.IsPositiveInfinity(r)) Assert.That(up && exact > Fraction.Of(isDouble ? double.MaxValue : float.MaxValue), what);
        else if (double.IsNegativeInfinity(r)) Assert.That(!up && exact < Fraction.Of(isDouble ? double.MinValue : float.MinValue), what);
        else if (up) Assert.That(Fraction.Of(r) >= exact && (double.IsInfinity(Next(r, false)) || Fraction.Of(Next(r, false)) < exact), what + " gave " + r);
        else Assert.That(Fraction.Of(r) <= exact && (double.IsInfinity(Next(r, true)) || Fraction.Of(Next(r, true)) > exact), what + " gave " + r);
    }

    [TestCase("rz")]
    [TestCase("rm")]
    [TestCase("rp")]
    public void Directed_roundings_of_f64_enclose_the_exact_result(string mode)
    {
        double[] edge = [0, 1, -1, 1.0 / 3, 1e-300, -1e-300, 1e300, 4.9e-324, -2.5, 0.1, 1e16, double.MaxValue, -double.MaxValue, 2.2250738585072014E-308, 123.456];
        ulong[] a = [.. from x in edge from y in edge select BitConverter.DoubleToUInt64Bits(x)], b = [.. from x in edge from y in edge select BitConverter.DoubleToUInt64Bits(y)];
        foreach (string op in new[] { "add", "sub", "mul", "div", "fma" })
        {
            var actual = PtxRunner.Run<ulong, ulong>(op == "fma" ? $"fma.{mode}.f64 %d, %a, %b, %a;" : $"{op}.{mode}.f64 %d, %a, %b;", a, b);
            for (int i = 0; i < a.Length; i++)
            {
                double x = BitConverter.UInt64BitsToDouble(a[i]), y = BitConverter.UInt64BitsToDouble(b[i]);
                if (op == "div" && y == 0) continue;
                Fraction p = Fraction.Of(x), q = Fraction.Of(y);
                var exact = op switch { "add" => p + q, "sub" => p - q, "mul" => p * q, "div" => p / q, _ => (p * q) + p };
                AssertRounded(BitConverter.UInt64BitsToDouble(actual[i]), exact, mode, $"{op} {x} {y}", isDouble: true);
            }
        }

        var root = PtxRunner.Run<ulong, ulong>($"sqrt.{mode}.f64 %d, %a;", [BitConverter.DoubleToUInt64Bits(2)]);
        double s = BitConverter.UInt64BitsToDouble(root[0]);
        Assert.That(Fraction.Of(s) * Fraction.Of(s) > Fraction.Of(2), Is.EqualTo(mode == "rp"));
    }

    [Test]
    public void Minimum_and_maximum_prefer_numbers_and_order_zeros()
    {
        static uint Oracle(uint x, uint y, bool max, bool propagate)
        {
            float a = Float(x), b = Float(y);
            if (float.IsNaN(a) || float.IsNaN(b)) return propagate || (float.IsNaN(a) && float.IsNaN(b)) ? 0x7FFFFFFF : float.IsNaN(a) ? y : x;
            return Bits(max ? MathF.Max(a, b) : MathF.Min(a, b));
        }

        Assert.That(PtxRunner.Run<uint, uint>("min.f32 %d, %a, %b;", A, B), Is.EqualTo(A.Zip(B, (a, b) => Oracle(a, b, false, false))));
        Assert.That(PtxRunner.Run<uint, uint>("max.f32 %d, %a, %b;", A, B), Is.EqualTo(A.Zip(B, (a, b) => Oracle(a, b, true, false))));
        Assert.That(PtxRunner.Run<uint, uint>("max.NaN.f32 %d, %a, %b;", A, B), Is.EqualTo(A.Zip(B, (a, b) => Oracle(a, b, true, true))));
        Assert.That(PtxRunner.Run<uint, uint>("max.f32 %d, %a, %b;", [0x80000000], [0])[0], Is.Zero);
        Assert.That(PtxRunner.Run<uint, uint>("min.f32 %d, %a, %b;", [0x80000000], [0])[0], Is.EqualTo(0x80000000));
    }

    [TestCase("eq", false)]
    [TestCase("ne", false)]
    [TestCase("lt", false)]
    [TestCase("ge", false)]
    [TestCase("equ", true)]
    [TestCase("neu", true)]
    [TestCase("ltu", true)]
    [TestCase("leu", true)]
    [TestCase("gtu", true)]
    [TestCase("geu", true)]
    [TestCase("num", false)]
    [TestCase("nan", true)]
    public void Comparisons_know_nan(string op, bool unordered)
    {
        bool Oracle(float a, float b) => float.IsNaN(a) || float.IsNaN(b)
            ? unordered
            : op switch { "eq" or "equ" => a == b, "ne" or "neu" => a != b, "lt" or "ltu" => a < b, "leu" => a <= b, "gtu" => a > b, "ge" or "geu" => a >= b, "num" => true, _ => false };
        Assert.That(PtxRunner.Run<uint, uint>($"setp.{op}.f32 %p1, %a, %b; selp.b32 %d, 1, 0, %p1;", A, B), Is.EqualTo(A.Zip(B, (a, b) => Oracle(Float(a), Float(b)) ? 1u : 0)));
        Assert.That(PtxRunner.Run<uint, uint>($"cvt.f64.f32 %g1, %a; cvt.f64.f32 %g2, %b; setp.{op}.f64 %p1, %g1, %g2; selp.b32 %d, 1, 0, %p1;", A, B), Is.EqualTo(A.Zip(B, (a, b) => Oracle(Float(a), Float(b)) ? 1u : 0)));
        Assert.That(PtxRunner.Run<uint, uint>($"set.{op}.f32.f32 %d, %a, %b;", A, B), Is.EqualTo(A.Zip(B, (a, b) => Oracle(Float(a), Float(b)) ? 0x3F800000u : 0)));
    }

    [Test]
    public void Classes_of_numbers_are_tested()
    {
        uint Class(string what) => PtxRunner.Run<uint, uint>($"testp.{what}.f32 %p1, %a; selp.b32 %d, 1, 0, %p1;", A)[0];
        Assert.That(Class("finite"), Is.EqualTo(1));
        Assert.That(PtxRunner.Run<uint, uint>("testp.subnormal.f32 %p1, %a; selp.b32 %d, 1, 0, %p1;", A), Is.EqualTo(A.Select(a => float.IsSubnormal(Float(a)) ? 1u : 0)));
        Assert.That(PtxRunner.Run<uint, uint>("testp.notanumber.f32 %p1, %a; selp.b32 %d, 1, 0, %p1;", A), Is.EqualTo(A.Select(a => float.IsNaN(Float(a)) ? 1u : 0)));
        Assert.That(PtxRunner.Run<uint, uint>("testp.infinite.f32 %p1, %a; selp.b32 %d, 1, 0, %p1;", A), Is.EqualTo(A.Select(a => float.IsInfinity(Float(a)) ? 1u : 0)));
        Assert.That(PtxRunner.Run<uint, uint>("copysign.f32 %d, %a, %b;", A, B), Is.EqualTo(A.Zip(B, (a, b) => (a & 0x80000000) | (b & 0x7FFFFFFF))));
    }

    [TestCase("ex2.approx.f32", 2.0e-7)]
    [TestCase("lg2.approx.f32", 2.0e-7)]
    [TestCase("sin.approx.f32", 5.0e-7)]
    [TestCase("cos.approx.f32", 5.0e-7)]
    [TestCase("rsqrt.approx.f32", 1.2e-7)]
    [TestCase("rcp.approx.f32", 1.2e-7)]
    [TestCase("sqrt.approx.f32", 1.2e-7)]
    [TestCase("tanh.approx.f32", 4.9e-4)]
    public void Approximations_stay_within_the_stated_error(string instruction, double error)
    {
        float[] x = [.. Enumerable.Range(1, 200).Select(i => i * 0.0157f)];
        var actual = PtxRunner.Run<uint, uint>(instruction + " %d, %a;", [.. x.Select(Bits)]);
        for (int i = 0; i < x.Length; i++)
        {
            double exact = instruction.Split('.')[0] switch
            {
                "ex2" => Math.Pow(2, x[i]),
                "lg2" => Math.Log2(x[i]),
                "sin" => Math.Sin(x[i]),
                "cos" => Math.Cos(x[i]),
                "rsqrt" => 1 / Math.Sqrt(x[i]),
                "rcp" => 1.0 / x[i],
                "sqrt" => Math.Sqrt(x[i]),
                _ => Math.Tanh(x[i]),
            };
            Assert.That(Float(actual[i]), Is.EqualTo(exact).Within(error * Math.Max(1, Math.Abs(exact))));
        }
    }

    [Test]
    public void Special_functions_have_their_limits()
    {
        float At(string instruction, float x) => Float(PtxRunner.Run<uint, uint>(instruction + " %d, %a;", [Bits(x)])[0]);
        Assert.That(At("ex2.approx.f32", float.NegativeInfinity), Is.Zero);
        Assert.That(At("ex2.approx.ftz.f32", -130), Is.Zero);
        Assert.That(At("ex2.approx.f32", -130), Is.GreaterThan(0));
        Assert.That(At("lg2.approx.f32", 0), Is.EqualTo(float.NegativeInfinity));
        Assert.That(At("lg2.approx.f32", -1), Is.NaN);
        Assert.That(At("rcp.approx.ftz.f32", 1e-40f), Is.EqualTo(float.PositiveInfinity));
        Assert.That(At("rsqrt.approx.f32", -0f), Is.EqualTo(float.NegativeInfinity));
        Assert.That(PtxRunner.Run<ulong, ulong>("rcp.approx.ftz.f64 %d, %a;", [BitConverter.DoubleToUInt64Bits(3)])[0] & 0xFFFFFFFF, Is.Zero);
    }

    [Test]
    public void Floats_become_integers_rounded_and_clamped_and_nan_zero()
    {
        float[] x = [0.5f, 1.5f, -0.5f, -1.5f, 2.7f, -2.7f, 3e9f, -3e9f, 1e20f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e-40f];
        uint[] bits = [.. x.Select(Bits)];
        Assert.That(PtxRunner.Run<uint, int>("cvt.rni.s32.f32 %d, %a;", bits), Is.EqualTo(new[] { 0, 2, 0, -2, 3, -3, int.MaxValue, int.MinValue, int.MaxValue, 0, int.MaxValue, int.MinValue, 0 }));
        Assert.That(PtxRunner.Run<uint, int>("cvt.rzi.s32.f32 %d, %a;", bits)[..6], Is.EqualTo(new[] { 0, 1, 0, -1, 2, -2 }));
        Assert.That(PtxRunner.Run<uint, int>("cvt.rmi.s32.f32 %d, %a;", bits)[..6], Is.EqualTo(new[] { 0, 1, -1, -2, 2, -3 }));
        Assert.That(PtxRunner.Run<uint, int>("cvt.rpi.s32.f32 %d, %a;", bits)[..6], Is.EqualTo(new[] { 1, 2, 0, -1, 3, -2 }));
        Assert.That(PtxRunner.Run<uint, uint>("cvt.rzi.u32.f32 %d, %a;", bits)[6..9], Is.EqualTo(new[] { 3000000000u, 0u, uint.MaxValue }));
        Assert.That(PtxRunner.Run<uint, long>("cvt.rzi.s64.f32 %d, %a;", bits)[8], Is.EqualTo(long.MaxValue));
        Assert.That(PtxRunner.Run<uint, uint>("cvt.rni.f32.f32 %d, %a;", bits)[..6].Select(Float), Is.EqualTo(new[] { 0f, 2, -0f, -2, 3, -3 }));
        Assert.That(PtxRunner.Run<uint, uint>("cvt.rpi.ftz.f32.f32 %d, %a;", bits)[12], Is.Zero);
        Assert.That(PtxRunner.Run<uint, uint>("cvt.sat.f32.f32 %d, %a;", bits).Select(Float), Is.EqualTo(x.Select(v => v >= 1 ? 1 : v > 0 ? v : 0)));
    }

    [Test]
    public void Integers_become_floats_in_all_roundings()
    {
        ulong[] x = [0, 1, 16777217, 16777219, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, ulong.MaxValue, 0xFFFFFFFFFEFFFFFF];
        Assert.That(PtxRunner.Run<ulong, uint>("cvt.rn.f32.u64 %d, %a;", x).Select(Float), Is.EqualTo(x.Select(v => (float)v)));
        Assert.That(PtxRunner.Run<ulong, uint>("cvt.rn.f32.s64 %d, %a;", x).Select(Float), Is.EqualTo(x.Select(v => (float)(long)v)));
        Assert.That(Float(PtxRunner.Run<ulong, uint>("cvt.rz.f32.u64 %d, %a;", x)[3]), Is.EqualTo(16777218f));
        Assert.That(Float(PtxRunner.Run<ulong, uint>("cvt.rp.f32.u64 %d, %a;", x)[2]), Is.EqualTo(16777218f));
        Assert.That(Float(PtxRunner.Run<ulong, uint>("cvt.rm.f32.s64 %d, %a;", x)[7]), Is.EqualTo(-16777218f));
        Assert.That(PtxRunner.Run<ulong, ulong>("cvt.rn.f64.u64 %d, %a;", x).Select(BitConverter.UInt64BitsToDouble), Is.EqualTo(x.Select(v => (double)v)));
        Assert.That(PtxRunner.Run<uint, ushort>("cvt.rn.f16.s32 %d, %a;", [70000, 2049, unchecked((uint)-3)]).Select(BitConverter.UInt16BitsToHalf), Is.EqualTo(new[] { Half.PositiveInfinity, (Half)2048, (Half)(-3) }));
    }

    [Test]
    public void Doubles_become_floats_in_all_roundings()
    {
        double[] x = [1.0 / 3, -1.0 / 3, 1e300, -1e300, 1e-42, 1e-60, double.NaN];
        ulong[] bits = [.. x.Select(BitConverter.DoubleToUInt64Bits)];
        Assert.That(PtxRunner.Run<ulong, uint>("cvt.rn.f32.f64 %d, %a;", bits).Select(Float), Is.EqualTo(x.Select(v => (float)v)));
        Assert.That(PtxRunner.Run<ulong, uint>("cvt.rz.f32.f64 %d, %a;", bits)[2], Is.EqualTo(Bits(float.MaxValue)));
        Assert.That(PtxRunner.Run<ulong, uint>("cvt.rp.f32.f64 %d, %a;", bits)[5], Is.EqualTo(1));
        Assert.That(PtxRunner.Run<ulong, uint>("cvt.rp.f32.f64 %d, %a;", bits)[..2].Select(Float), Is.EqualTo(new[] { 0.33333334f, -0.3333333f }));
        Assert.That(PtxRunner.Run<ulong, uint>("cvt.rm.f32.f64 %d, %a;", bits)[..2].Select(Float), Is.EqualTo(new[] { 0.3333333f, -0.33333334f }));
        Assert.That(PtxRunner.Run<ulong, uint>("cvt.rz.f32.f64 %d, %a;", bits)[..2].Select(Float), Is.EqualTo(new[] { 0.3333333f, -0.3333333f }));
        Assert.That(PtxRunner.Run<ulong, uint>("cvt.rm.f32.f64 %d, %a;", bits)[3], Is.EqualTo(Bits(float.NegativeInfinity)));
        Assert.That(PtxRunner.Run<ulong, uint>("cvt.rn.ftz.f32.f64 %d, %a;", bits)[4], Is.Zero);
    }

    [Test]
    public void Half_conversions_round_to_nearest_even()
    {
        float[] x = [.. Enumerable.Range(0, 4000).Select(i => Float((uint)i * 1073741u))];
        uint[] bits = [.. x.Select(Bits)];
        var half = PtxRunner.Run<uint, ushort>("cvt.rn.f16.f32 %d, %a;", bits);
        for (int i = 0; i < x.Length; i++)
            Assert.That(half[i], Is.EqualTo(float.IsNaN(x[i]) ? (ushort)0x7FFF : BitConverter.HalfToUInt16Bits((Half)x[i])), x[i].ToString());
        var brain = PtxRunner.Run<uint, ushort>("cvt.rn.bf16.f32 %d, %a;", bits);
        for (int i = 0; i < x.Length; i++)
            Assert.That(brain[i], Is.EqualTo(float.IsNaN(x[i]) ? (ushort)0x7FFF : (ushort)((bits[i] + 0x7FFF + (bits[i] >> 16 & 1)) >> 16)), x[i].ToString());
        ushort[] all = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i)];
        Assert.That(PtxRunner.Run<ushort, uint>("cvt.f32.f16 %d, %a;", all).Select(Float), Is.EqualTo(all.Select(h => (float)BitConverter.UInt16BitsToHalf(h))));
        Assert.That(PtxRunner.Run<ushort, uint>("cvt.f32.bf16 %d, %a;", all[..1000]).Select(Float), Is.EqualTo(all[..1000].Select(h => Float((uint)h << 16))));
    }

    [Test]
    public void Pairs_of_floats_are_packed_the_first_on_top()
    {
        Assert.That(PtxRunner.Run<uint, uint>("cvt.rn.bf16x2.f32 %d, %a, %b;", [Bits(1)], [Bits(-2)])[0], Is.EqualTo(0x3F80C000u));
        Assert.That(PtxRunner.Run<uint, uint>("cvt.rn.f16x2.f32 %d, %a, %b;", [Bits(1)], [Bits(-2)])[0], Is.EqualTo(0x3C00C000u));
        Assert.That(PtxRunner.Run<uint, uint>("cvt.rn.relu.bf16x2.f32 %d, %a, %b;", [Bits(1)], [Bits(-2)])[0], Is.EqualTo(0x3F800000u));
        Assert.That(PtxRunner.Run<uint, uint>("cvt.rz.bf16x2.f32 %d, %a, %b;", [0x3F80FFFF], [0])[0], Is.EqualTo(0x3F800000u));
        Assert.That(PtxRunner.Run<uint, uint>("cvt.rna.tf32.f32 %d, %a;", [0x3F801000, 0x3F800FFF, 0x3F803000]), Is.EqualTo(new[] { 0x3F802000u, 0x3F800000u, 0x3F804000u }));
    }

    [Test]
    public void Half_arithmetic_is_correctly_rounded()
    {
        var random = new Random(11);
        ushort[] a = [.. Enumerable.Range(0, 3000).Select(_ => (ushort)random.Next(65536))], b = [.. a.Select(_ => (ushort)random.Next(65536))], c = [.. a.Select(_ => (ushort)random.Next(65536))];
        static Half H(ushort x) => BitConverter.UInt16BitsToHalf(x);
        static ushort Out(double x) => double.IsNaN(x) ? (ushort)0x7FFF : BitConverter.HalfToUInt16Bits((Half)x);
        Assert.That(PtxRunner.Run<ushort, ushort>("add.f16 %d, %a, %b;", a, b), Is.EqualTo(a.Zip(b, (x, y) => Out((double)H(x) + (double)H(y)))));
        Assert.That(PtxRunner.Run<ushort, ushort>("mul.rn.f16 %d, %a, %b;", a, b), Is.EqualTo(a.Zip(b, (x, y) => Out((double)H(x) * (double)H(y)))));
        var fma = PtxRunner.Run<ushort, ushort>("fma.rn.f16 %d, %a, %b, %c;", a, b, c);
        for (int i = 0; i < a.Length; i++)
        {
            double x = (double)H(a[i]), y = (double)H(b[i]), z = (double)H(c[i]);
            if (!double.IsFinite(x) || !double.IsFinite(y) || !double.IsFinite(z)) continue;
            var exact = (Fraction.Of(x) * Fraction.Of(y)) + Fraction.Of(z);
            double r = (double)H(fma[i]);
            if (double.IsInfinity(r)) continue;
            foreach (double other in new[] { (double)H((ushort)(fma[i] + 1)), (double)H((ushort)(fma[i] - 1)) })
                if (double.IsFinite(other) && (fma[i] & 0x7FFF) != 0) Assert.That((exact - Fraction.Of(r)).Abs() <= (exact - Fraction.Of(other)).Abs(), $"{x} {y} {z} gave {r}");
        }

        Assert.That(PtxRunner.Run<ushort, ushort>("fma.rn.relu.f16 %d, %a, %b, %c;", [0xBC00], [0x3C00], [0])[0], Is.Zero);
        Assert.That(PtxRunner.Run<uint, uint>("add.f16x2 %d, %a, %b;", [0x3C004000u], [0x3C003C00u])[0], Is.EqualTo(0x40004200u));
        Assert.That(PtxRunner.Run<uint, uint>("fma.rn.bf16x2 %d, %a, %b, %b;", [0x3F804000u], [0x3F803F80u])[0], Is.EqualTo(0x40004040u));
        Assert.That(PtxRunner.Run<uint, uint>("max.bf16x2 %d, %a, %b;", [0x3F80C000u], [0xBF803F80u])[0], Is.EqualTo(0x3F803F80u));
        Assert.That(PtxRunner.Run<uint, uint>("neg.f16x2 %d, %a;", [0x3C004000u])[0], Is.EqualTo(0xBC00C000u));
        Assert.That(PtxRunner.Run<ushort, ushort>("ex2.approx.f16 %d, %a;", [0x4200])[0], Is.EqualTo(0x4800));
        Assert.That(PtxRunner.Run<ushort, ushort>("tanh.approx.bf16 %d, %a;", [0x0000, 0x7F80]), Is.EqualTo(new ushort[] { 0, 0x3F80 }));
        Assert.That(PtxRunner.Run<ushort, uint>("setp.lt.f16 %p1, %a, %b; selp.b32 %d, 1, 0, %p1;", [0xBC00], [0x3C00])[0], Is.EqualTo(1));
        Assert.That(PtxRunner.Run<uint, uint>("setp.gt.f16x2 %p1|%p2, %a, %b; selp.b32 %t1, 1, 0, %p1; selp.b32 %t2, 2, 0, %p2; add.u32 %d, %t1, %t2;", [0x3C004000u], [0x40003C00u])[0], Is.EqualTo(1));
    }

    /// <summary>An exact binary fraction, for the oracle of rounding.</summary>
    private readonly record struct Fraction(BigInteger Numerator, BigInteger Denominator)
    {
        public int Sign => Numerator.Sign;

        public static Fraction Of(double x)
        {
            long bits = BitConverter.DoubleToInt64Bits(x);
            int exponent = (int)(bits >> 52) & 0x7FF;
            BigInteger mantissa = (bits & 0xFFFFFFFFFFFFF) | (exponent == 0 ? 0 : 1L << 52);
            int e = Math.Max(exponent, 1) - 1075;
            if (x < 0) mantissa = -mantissa;
            return e >= 0 ? new Fraction(mantissa << e, 1) : new Fraction(mantissa, BigInteger.One << -e);
        }

        public Fraction Abs() => new(BigInteger.Abs(Numerator), Denominator);

        public static Fraction operator +(Fraction a, Fraction b) => new((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

        public static Fraction operator -(Fraction a, Fraction b) => a + new Fraction(-b.Numerator, b.Denominator);

        public static Fraction operator *(Fraction a, Fraction b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

        public static Fraction operator /(Fraction a, Fraction b) => new(a.Numerator * b.Denominator * b.Sign, a.Denominator * BigInteger.Abs(b.Numerator));

        public static bool operator <(Fraction a, Fraction b) => (a - b).Sign < 0;

        public static bool operator >(Fraction a, Fraction b) => (a - b).Sign > 0;

        public static bool operator <=(Fraction a, Fraction b) => (a - b).Sign <= 0;

        public static bool operator >=(Fraction a, Fraction b) => (a - b).Sign >= 0;
    }
}
