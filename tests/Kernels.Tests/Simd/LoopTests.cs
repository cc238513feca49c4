using System.Numerics;
using CudaNet.Cpu.Simd;

namespace CudaNet.Tests.Simd;

/// <summary>Every operator at every length 0 … 130, in place and out of place, against plain scalar code; nothing outside is touched.</summary>
public unsafe class LoopTests
{
    private const int Longest = 130;
    private const int Guard = 16;

    [Test]
    public void Unary_operators_of_floating_types_are_right()
    {
        Floating<float>();
        Floating<double>();
        Unary<float, ExpOperator>(x => (float)Math.Exp(x), 4e-7);
        Unary<float, LogOperator>(x => (float)Math.Log(x), 4e-7);
        Unary<float, TanhOperator>(x => (float)Math.Tanh(x), 4e-7);
        Unary<float, SinOperator>(x => (float)Math.Sin(x), 4e-7);
        Unary<float, ErfOperator>(x => (float)MathF64.Erf(x), 4e-7);
        Unary<double, ExpOperator>(Math.Exp, 1e-15);
        Unary<double, LogOperator>(Math.Log, 1e-15);
        Unary<double, SigmoidOperator>(x => 1 / (1 + Math.Exp(-x)), 1e-15);
        Unary<double, CosOperator>(Math.Cos, 1e-15);
    }

    [Test]
    public void Unary_operators_of_integers_are_right()
    {
        Whole<int>();
        Whole<long>();
        Whole<byte>();
        Unary<byte, LogicalNotOperator<byte>>(x => x == 0 ? (byte)1 : (byte)0);
    }

    [Test]
    public void Binary_operators_are_right_with_arrays_and_repeated_values()
    {
        Arithmetic<float>();
        Arithmetic<double>();
        Arithmetic<int>();
        Arithmetic<long>();
        Arithmetic<byte>();
        Binary<float, PowOperator>((x, y) => (float)Math.Pow(x, y), 1e-6);
        Binary<double, PowOperator>(Math.Pow, 1e-15);
        Binary<float, Atan2Operator>((x, y) => (float)Math.Atan2(x, y), 1e-6);
        Binary<double, Atan2Operator>(Math.Atan2, 1e-15);
        Bits<int>();
        Bits<long>();
        Bits<byte>();
    }

    [Test]
    public void Divisions_follow_Python_and_C()
    {
        Division<float>();
        Division<double>();
        Division<int>();
        Division<long>();
    }

    [Test]
    public void Integer_division_survives_the_smallest_number_and_refuses_zero()
    {
        Assert.That(One<int, DivOperator<int>>(int.MinValue, -1), Is.EqualTo(int.MinValue));
        Assert.That(One<int, FloorDivOperator<int>>(int.MinValue, -1), Is.EqualTo(int.MinValue));
        Assert.That(One<long, RemainderOperator<long>>(long.MinValue, -1), Is.Zero);
        Assert.That(One<long, FmodOperator<long>>(long.MinValue, -1), Is.Zero);
        Assert.Throws<DivideByZeroException>(() => One<int, DivOperator<int>>(1, 0));
        Assert.Throws<DivideByZeroException>(() => One<long, RemainderOperator<long>>(1, 0));
    }

    [TestCase(7f, 3f, 2f, 1f, 1f)]
    [TestCase(-7f, 3f, -3f, 2f, -1f)]
    [TestCase(7f, -3f, -3f, -2f, 1f)]
    [TestCase(-7f, -3f, 2f, -1f, -1f)]
    [TestCase(1f, 0.1f, 9f, 0.1f, 0.1f)]
    [TestCase(5f, float.PositiveInfinity, 0f, 5f, 5f)]
    [TestCase(-5f, float.PositiveInfinity, -1f, float.PositiveInfinity, -5f)]
    [TestCase(1f, 0f, float.PositiveInfinity, float.NaN, float.NaN)]
    public void Floor_division_remainder_and_fmod_have_the_right_signs(float x, float y, float quotient, float remainder, float fmod)
    {
        Assert.That(One<float, FloorDivOperator<float>>(x, y), Is.EqualTo(quotient));
        Assert.That(One<float, RemainderOperator<float>>(x, y), Is.EqualTo(remainder).Within(1e-6f));
        Assert.That(One<float, FmodOperator<float>>(x, y), Is.EqualTo(fmod).Within(1e-6f));
    }

    [Test]
    public void Comparisons_and_selection_are_right()
    {
        Comparisons<float>();
        Comparisons<double>();
        Comparisons<int>();
        Comparisons<long>();
        Comparisons<byte>();
        Selection<float>();
        Selection<double>();
        Selection<byte>();
        Selection<short>();
        Selection<long>();
    }

    [Test]
    public void Ternary_operators_are_right()
    {
        foreach (int n in Lengths())
        {
            float[] x = Inputs<float>(n, 1), y = Inputs<float>(n, 2), z = Inputs<float>(n, 3), w = new float[n];
            fixed (float* px = x, py = y, pz = z, pw = w)
            {
                SimdLoop.Ternary<float, MultiplyAddOperator<float>>(px, py, pz, pw, n);
                for (int i = 0; i < n; i++) Same(w[i], MathF.FusedMultiplyAdd(x[i], y[i], z[i]), 0, n, i);
                SimdLoop.Ternary<float, ClampOperator<float>>(px, -1f, 2f, pw, n);
                for (int i = 0; i < n; i++) Same(w[i], MathF.Min(MathF.Max(x[i], -1), 2), 0, n, i);
                SimdLoop.Ternary<float, MultiplyAddOperator<float>>(px, py, 0.5f, pw, n);
                for (int i = 0; i < n; i++) Same(w[i], MathF.FusedMultiplyAdd(x[i], y[i], 0.5f), 0, n, i);
                SimdLoop.Ternary<float, MultiplyAddOperator<float>>(px, 2f, pz, pz, n);
                for (int i = 0; i < n; i++) Same(z[i], MathF.FusedMultiplyAdd(x[i], 2, Inputs<float>(n, 3)[i]), 0, n, i);
            }
        }
    }

    private static void Floating<T>()
        where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        Unary<T, NegOperator<T>>(x => -x);
        Unary<T, AbsOperator<T>>(T.Abs);
        Unary<T, SquareOperator<T>>(x => x * x);
        Unary<T, ReciprocalOperator<T>>(x => T.One / x);
        Unary<T, SqrtOperator<T>>(T.Sqrt);
        Unary<T, RsqrtOperator<T>>(x => T.One / T.Sqrt(x));
        Unary<T, ReluOperator<T>>(x => T.Max(x, T.Zero));
        Unary<T, FloorOperator<T>>(T.Floor);
        Unary<T, CeilOperator<T>>(T.Ceiling);
        Unary<T, TruncOperator<T>>(T.Truncate);
        Unary<T, RoundOperator<T>>(x => T.Round(x, MidpointRounding.ToEven));
        Unary<T, SignOperator<T>>(x => T.IsNaN(x) ? T.Zero : T.CreateChecked(T.Sign(x)));
    }

    private static void Whole<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        Unary<T, NegOperator<T>>(x => unchecked(-x));
        Unary<T, SquareOperator<T>>(x => unchecked(x * x));
        Unary<T, ReluOperator<T>>(x => T.Max(x, T.Zero));
        Unary<T, FloorOperator<T>>(x => x);
        Unary<T, RoundOperator<T>>(x => x);
        Unary<T, BitNotOperator<T>>(x => ~x);
        Unary<T, SignOperator<T>>(x => T.CreateTruncating(T.Sign(x)));
    }

    private static void Arithmetic<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        Binary<T, AddOperator<T>>((x, y) => unchecked(x + y));
        Binary<T, SubOperator<T>>((x, y) => unchecked(x - y));
        Binary<T, MulOperator<T>>((x, y) => unchecked(x * y));
        Binary<T, MaxOperator<T>>(T.Max);
        Binary<T, MinOperator<T>>(T.Min);
        Binary<T, SquaredDifferenceOperator<T>>((x, y) => unchecked((x - y) * (x - y)));
    }

    private static void Bits<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        Binary<T, AndOperator<T>>((x, y) => x & y);
        Binary<T, OrOperator<T>>((x, y) => x | y);
        Binary<T, XorOperator<T>>((x, y) => x ^ y);
    }

    private static void Division<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        bool whole = typeof(T) == typeof(int) || typeof(T) == typeof(long);
        foreach (int n in Lengths())
        {
            T[] x = Inputs<T>(n, 1), y = Inputs<T>(n, 2), quotient = new T[n], remainder = new T[n], fmod = new T[n];
            for (int i = 0; i < n; i++)
            {
                if (y[i] == T.Zero || T.IsNaN(y[i])) y[i] = T.CreateChecked(3);
                if (!T.IsFinite(x[i]) || T.Abs(T.Max(x[i], T.MinValue + T.One)) > T.CreateChecked(1000)) x[i] = T.CreateChecked(-17);
            }

            fixed (T* px = x, py = y, pq = quotient, pr = remainder, pf = fmod)
            {
                SimdLoop.Binary<T, FloorDivOperator<T>>(px, py, pq, n);
                SimdLoop.Binary<T, RemainderOperator<T>>(px, py, pr, n);
                SimdLoop.Binary<T, FmodOperator<T>>(px, py, pf, n);
            }

            for (int i = 0; i < n; i++)
            {
                double a = double.CreateChecked(x[i]), b = double.CreateChecked(y[i]), exact = Math.Floor(a / b);
                if (whole || Math.Abs((a / b) - Math.Round(a / b)) > 1e-6) Same(double.CreateChecked(quotient[i]), exact, 0, n, i);
                double r = double.CreateChecked(remainder[i]);
                if (r != 0 && double.IsNegative(r) != double.IsNegative(b)) Assert.Fail($"{x[i]} % {y[i]} = {r}");
                Same(double.CreateChecked(fmod[i]), a % b, 0, n, i);
            }
        }
    }

    private static void Comparisons<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        Compare<T, EqualOperator<T>>((x, y) => x == y);
        Compare<T, NotEqualOperator<T>>((x, y) => x != y);
        Compare<T, LessOperator<T>>((x, y) => x < y);
        Compare<T, LessOrEqualOperator<T>>((x, y) => x <= y);
        Compare<T, GreaterOperator<T>>((x, y) => x > y);
        Compare<T, GreaterOrEqualOperator<T>>((x, y) => x >= y);
    }

    private static void Selection<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        foreach (int n in Lengths())
        {
            T[] x = Inputs<T>(n, 1), y = Inputs<T>(n, 2), z = new T[n + 1];
            byte[] mask = new byte[n];
            for (int i = 0; i < n; i++) mask[i] = (byte)(i * 7 % 3 == 0 ? 0 : i % 2 == 0 ? 1 : 200);
            T fixedValue = T.CreateChecked(42);
            fixed (T* px = x, py = y, pz = z)
            fixed (byte* pm = mask)
            {
                SimdLoop.Where(pm, px, py, pz, n);
                for (int i = 0; i < n; i++) if (!z[i].Equals(mask[i] != 0 ? x[i] : y[i])) Assert.Fail($"{typeof(T).Name} where {i} of {n}");
                SimdLoop.Where(pm, px, fixedValue, pz, n);
                for (int i = 0; i < n; i++) if (!z[i].Equals(mask[i] != 0 ? x[i] : fixedValue)) Assert.Fail($"{typeof(T).Name} where-value {i} of {n}");
                SimdLoop.Where(pm, fixedValue, py, py, n);
                for (int i = 0; i < n; i++) if (!y[i].Equals(mask[i] != 0 ? fixedValue : Inputs<T>(n, 2)[i])) Assert.Fail($"{typeof(T).Name} value-where in place {i} of {n}");
            }

            Assert.That(z[n], Is.EqualTo(T.Zero));
        }
    }

    private static void Compare<T, TOp>(Func<T, T, bool> exact)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
        where TOp : struct, ICompareOperator<T>
    {
        foreach (int n in Lengths())
        {
            T[] x = Inputs<T>(n, 1), y = Inputs<T>(n, 2);
            byte[] mask = new byte[n + 1];
            mask[n] = 77;
            T value = T.CreateChecked(2);
            for (int i = 0; i < n; i += 3) y[i] = x[i];
            fixed (T* px = x, py = y)
            fixed (byte* pm = mask)
            {
                SimdLoop.Compare<T, TOp>(px, py, pm, n);
                for (int i = 0; i < n; i++) if (mask[i] != (exact(x[i], y[i]) ? 1 : 0)) Assert.Fail($"{typeof(TOp)}: {x[i]}, {y[i]} gives {mask[i]}");
                SimdLoop.Compare<T, TOp>(px, value, pm, n);
                for (int i = 0; i < n; i++) if (mask[i] != (exact(x[i], value) ? 1 : 0)) Assert.Fail($"{typeof(TOp)}: {x[i]}, {value} gives {mask[i]}");
                SimdLoop.Compare<T, TOp>(value, py, pm, n);
                for (int i = 0; i < n; i++) if (mask[i] != (exact(value, y[i]) ? 1 : 0)) Assert.Fail($"{typeof(TOp)}: {value}, {y[i]} gives {mask[i]}");
            }

            Assert.That(mask[n], Is.EqualTo(77));
        }
    }

    private static void Unary<T, TOp>(Func<T, T> exact, double tolerance = 0)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
        where TOp : struct, IUnaryOperator<T>
    {
        foreach (int n in Lengths())
        {
            T[] x = Inputs<T>(n, 1), y = new T[n + (2 * Guard)], inPlace = [.. x];
            fixed (T* px = x, py = y, pi = inPlace)
            {
                SimdLoop.Unary<T, TOp>(px, py + Guard, n);
                SimdLoop.Unary<T, TOp>(pi, pi, n);
            }

            for (int i = 0; i < n; i++)
            {
                Same(y[Guard + i], exact(x[i]), tolerance, n, i, typeof(TOp));
                Same(inPlace[i], y[Guard + i], 0, n, i, typeof(TOp));
            }

            CheckGuard(y, n);
        }
    }

    private static void Binary<T, TOp>(Func<T, T, T> exact, double tolerance = 0)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
        where TOp : struct, IBinaryOperator<T>
    {
        T value = T.CreateChecked(3);
        foreach (int n in Lengths())
        {
            T[] x = Inputs<T>(n, 1), y = Inputs<T>(n, 2), z = new T[n + (2 * Guard)], left = [.. x], right = [.. y];
            fixed (T* px = x, py = y, pz = z, pl = left, pr = right)
            {
                SimdLoop.Binary<T, TOp>(px, py, pz + Guard, n);
                for (int i = 0; i < n; i++) Same(z[Guard + i], exact(x[i], y[i]), tolerance, n, i, typeof(TOp));
                CheckGuard(z, n);
                SimdLoop.Binary<T, TOp>(pl, py, pl, n);
                SimdLoop.Binary<T, TOp>(px, pr, pr, n);
                for (int i = 0; i < n; i++) Same(left[i], z[Guard + i], 0, n, i, typeof(TOp));
                for (int i = 0; i < n; i++) Same(right[i], z[Guard + i], 0, n, i, typeof(TOp));
                SimdLoop.Binary<T, TOp>(px, value, pz + Guard, n);
                for (int i = 0; i < n; i++) Same(z[Guard + i], exact(x[i], value), tolerance, n, i, typeof(TOp));
                SimdLoop.Binary<T, TOp>(value, py, pz + Guard, n);
                for (int i = 0; i < n; i++) Same(z[Guard + i], exact(value, y[i]), tolerance, n, i, typeof(TOp));
            }
        }
    }

    private static T One<T, TOp>(T x, T y)
        where T : unmanaged
        where TOp : struct, IBinaryOperator<T>
    {
        T z;
        SimdLoop.Binary<T, TOp>(&x, &y, &z, 1);
        return z;
    }

    private static IEnumerable<int> Lengths() => Enumerable.Range(0, Longest + 1);

    // Ordinary values with special ones in between, at places that depend on the length.
    private static T[] Inputs<T>(int n, int seed)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        double[] special = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, 1e-42, -1e-42, 2.5, -2.5, 0.5, 1];
        var random = new Random((1000 * seed) + n);
        var values = new T[n];
        bool floating = typeof(T) == typeof(float) || typeof(T) == typeof(double);
        for (int i = 0; i < n; i++)
        {
            if (floating && random.Next(4) == 0) values[i] = T.CreateTruncating(special[random.Next(special.Length)]);
            else if (random.Next(12) == 0) values[i] = random.Next(2) == 0 ? T.MinValue : T.MaxValue;
            else values[i] = T.CreateTruncating(floating ? (random.NextDouble() * 20) - 10 : random.Next(-100, 100));
        }

        return values;
    }

    private static void CheckGuard<T>(T[] values, int n)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < Guard; i++)
            if (values[i] != T.Zero || values[Guard + n + i] != T.Zero) Assert.Fail($"length {n}: wrote outside");
    }

    private static void Same<T>(T actual, T expected, double tolerance, int n, int i, Type? op = null)
        where T : INumber<T>
    {
        if (actual.Equals(expected)) return;
        double a = double.CreateTruncating(actual), e = double.CreateTruncating(expected);
        if (tolerance > 0 && double.IsFinite(e) && Math.Abs(a - e) <= tolerance * Math.Max(Math.Abs(e), 1e-30)) return;
        Assert.Fail($"{op?.Name} element {i} of {n}: {actual}, expected {expected}");
    }
}
