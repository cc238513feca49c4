using System.Numerics;

namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>Rounds to floats of any width, in all rounding modes, and reads f16 and bf16.</summary>
internal static class SmallFloat
{
    public const uint CanonicalNaN32 = 0x7FFFFFFF;
    public const ushort CanonicalNaN16 = 0x7FFF;

    /// <summary>The bits of a value in a format, right-aligned.</summary>
    /// <param name="x">The value.</param>
    /// <param name="mantissa">Stored bits of the mantissa.</param>
    /// <param name="exponent">Bits of the exponent.</param>
    /// <param name="mode">The rounding.</param>
    public static uint Pack(double x, int mantissa, int exponent, int mode)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(x);
        bool negative = bits >> 63 != 0;
        int e = (int)(bits >> 52) & 0x7FF;
        ulong m = bits & 0xF_FFFF_FFFF_FFFF;
        uint sign = negative ? 1u << (mantissa + exponent) : 0;
        uint infinity = ((1u << exponent) - 1) << mantissa;
        if (e == 0x7FF) return m == 0 ? sign | infinity : (1u << (mantissa + exponent)) - 1;
        if (e == 0 && m == 0) return sign;
        if (e == 0) e = 1;
        else m |= 1UL << 52;
        int bias = (1 << (exponent - 1)) - 1;
        int biased = e - 1023 + bias;
        int shift = 52 - mantissa;
        if (biased < 1) shift += 1 - biased;
        shift = Math.Min(shift, 63);
        ulong q = RoundShift(m, shift, negative, mode);
        uint result = (uint)(biased >= 1 ? ((ulong)(biased - 1) << mantissa) + q : q);
        if (biased > (1 << exponent) || result >= infinity) result = Overflow(infinity, negative, mode);
        return sign | result;
    }

    /// <summary>The bits of an integer in a format.</summary>
    public static ulong PackInteger(ulong magnitude, bool negative, int mantissa, int exponent, int mode)
    {
        if (magnitude == 0) return 0;
        int e = 63 - BitOperations.LeadingZeroCount(magnitude);
        ulong q = e <= mantissa ? magnitude << (mantissa - e) : RoundShift(magnitude, e - mantissa, negative, mode);
        int bias = (1 << (exponent - 1)) - 1;
        ulong infinity = ((1UL << exponent) - 1) << mantissa;
        ulong result = ((ulong)(e + bias - 1) << mantissa) + q;
        if (result >= infinity) result = Overflow((uint)infinity, negative, mode);
        return (negative ? 1UL << (mantissa + exponent) : 0) | result;
    }

    private static uint Overflow(uint infinity, bool negative, int mode) => (mode & Mode.Rounding) switch
    {
        Mode.Zero => infinity - 1,
        Mode.Down => negative ? infinity : infinity - 1,
        Mode.Up => negative ? infinity - 1 : infinity,
        _ => infinity,
    };

    private static ulong RoundShift(ulong m, int shift, bool negative, int mode)
    {
        ulong q = m >> shift;
        ulong rest = m & ((1UL << shift) - 1);
        ulong half = 1UL << (shift - 1);
        bool up = (mode & Mode.Rounding) switch
        {
            Mode.Zero => false,
            Mode.Down => negative && rest != 0,
            Mode.Up => !negative && rest != 0,
            Mode.NearestAway => rest >= half,
            _ => rest > half || (rest == half && (q & 1) != 0),
        };
        return up ? q + 1 : q;
    }

    /// <summary>a + b rounded to odd: a second rounding to a narrow format then gives the correct result.</summary>
    public static double SumToOdd(double a, double b)
    {
        double s = a + b;
        if (!double.IsFinite(s)) return s;
        double bb = s - a;
        double error = (a - (s - bb)) + (b - bb);
        if (error == 0) return s;
        ulong bits = BitConverter.DoubleToUInt64Bits(s);
        if ((bits & 1) != 0) return s;
        return BitConverter.UInt64BitsToDouble((error > 0) == (s > 0) ? bits + 1 : bits - 1);
    }

    public static float FromBrain(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    public static float FromHalf(ushort bits) => (float)BitConverter.UInt16BitsToHalf(bits);

    public static ushort ToHalf(double x, int mode = 0) => (ushort)Pack(x, 10, 5, mode);

    public static ushort ToBrain(double x, int mode = 0) => (ushort)Pack(x, 7, 8, mode);

    /// <summary>The f32 of a double, in a rounding mode.</summary>
    public static float ToSingle(double x, int mode) => BitConverter.UInt32BitsToSingle(Pack(x, 23, 8, mode));

    public static float ToTf32(float x, int mode) => BitConverter.UInt32BitsToSingle(Pack(x, 10, 8, mode) << 13);
}
