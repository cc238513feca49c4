using System.Numerics;

namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>f64 arithmetic. The directed roundings, which are rare, go through exact integers.</summary>
internal static class Double64
{
    public static double Add(double a, double b, int mode)
    {
        if ((mode & Mode.Rounding) == 0 || !double.IsFinite(a) || !double.IsFinite(b)) return a + b;
        return Sum(Split(a), Split(b), mode, double.IsNegative(a), double.IsNegative(b));
    }

    public static double Mul(double a, double b, int mode)
    {
        if ((mode & Mode.Rounding) == 0 || !double.IsFinite(a) || !double.IsFinite(b) || a == 0 || b == 0) return a * b;
        var (ma, ea) = Split(a);
        var (mb, eb) = Split(b);
        return Round(ma * mb, ea + eb, false, mode);
    }

    public static double Fma(double a, double b, double c, int mode)
    {
        if ((mode & Mode.Rounding) == 0 || !double.IsFinite(a) || !double.IsFinite(b) || !double.IsFinite(c)) return Math.FusedMultiplyAdd(a, b, c);
        var (ma, ea) = Split(a);
        var (mb, eb) = Split(b);
        return Sum((ma * mb, ea + eb), Split(c), mode, double.IsNegative(a) != double.IsNegative(b), double.IsNegative(c));
    }

    public static double Div(double a, double b, int mode)
    {
        if ((mode & Mode.Rounding) == 0 || !double.IsFinite(a) || !double.IsFinite(b) || a == 0 || b == 0) return a / b;
        var (ma, ea) = Split(a);
        var (mb, eb) = Split(b);
        var q = BigInteger.DivRem(BigInteger.Abs(ma) << 120, BigInteger.Abs(mb), out var rest);
        return Round((ma.Sign * mb.Sign) < 0 ? -q : q, ea - eb - 120, !rest.IsZero, mode);
    }

    public static double Sqrt(double a, int mode)
    {
        if ((mode & Mode.Rounding) == 0 || !double.IsFinite(a) || a <= 0) return Math.Sqrt(a);
        var (m, e) = Split(a);
        m <<= 120;
        e -= 120;
        if ((e & 1) != 0)
        {
            m <<= 1;
            e--;
        }

        var root = Root(m);
        return Round(root, e / 2, root * root != m, mode);
    }

    private static BigInteger Root(BigInteger m)
    {
        var x = BigInteger.One << (int)((m.GetBitLength() + 2) / 2);
        while (true)
        {
            var y = (x + (m / x)) >> 1;
            if (y >= x) return x;
            x = y;
        }
    }

    private static (BigInteger Mantissa, int Exponent) Split(double x)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(x);
        int e = (int)(bits >> 52) & 0x7FF;
        ulong m = bits & 0xF_FFFF_FFFF_FFFF;
        if (e == 0) e = 1;
        else m |= 1UL << 52;
        return (double.IsNegative(x) ? -(BigInteger)m : m, e - 1075);
    }

    private static double Sum((BigInteger M, int E) a, (BigInteger M, int E) b, int mode, bool negativeA, bool negativeB)
    {
        int e = Math.Min(a.E, b.E);
        var m = (a.M << (a.E - e)) + (b.M << (b.E - e));
        if (!m.IsZero) return Round(m, e, false, mode);
        bool negative = negativeA == negativeB ? negativeA : (mode & Mode.Rounding) == Mode.Down;
        return negative ? -0.0 : 0.0;
    }

    /// <summary>m · 2^e, a little more in magnitude when <paramref name="more"/>, rounded.</summary>
    private static double Round(BigInteger m, int e, bool more, int mode)
    {
        bool negative = m.Sign < 0;
        m = BigInteger.Abs(m);
        int drop = Math.Max((int)m.GetBitLength() - 53, -1074 - e);
        if (drop < 1)
        {
            m <<= 1 - drop;
            e -= 1 - drop;
            drop = 1;
        }

        var q = m >> drop;
        bool rest = more || q << drop != m;
        bool up = rest && (mode & Mode.Rounding) switch { Mode.Down => negative, Mode.Up => !negative, _ => false };
        if (up) q += 1;
        e += drop;
        if (q.GetBitLength() + e > 1024)
        {
            bool infinite = (mode & Mode.Rounding) switch { Mode.Down => negative, Mode.Up => !negative, _ => false };
            double large = infinite ? double.PositiveInfinity : double.MaxValue;
            return negative ? -large : large;
        }

        // q has at most 53 bits and the exponent is not below that of the smallest number: the step is exact.
        double result = Math.ScaleB((double)q, e);
        return negative ? -result : result;
    }

    public static double Extreme(double a, double b, bool least)
    {
        if (double.IsNaN(a)) return b;
        if (double.IsNaN(b)) return a;
        return least ? Math.Min(a, b) : Math.Max(a, b);
    }

    public static double Saturate(double x) => x >= 1 ? 1 : x > 0 ? x : 0;
}
