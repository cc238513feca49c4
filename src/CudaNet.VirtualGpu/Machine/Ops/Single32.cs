using System.Runtime.CompilerServices;

namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>f32 arithmetic in all rounding modes. A NaN that is computed is the canonical one, as on the card.</summary>
internal static class Single32
{
    public static readonly float CanonicalNaN = BitConverter.UInt32BitsToSingle(SmallFloat.CanonicalNaN32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Flush(float x) => (BitConverter.SingleToUInt32Bits(x) & 0x7F800000) == 0 ? BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(x) & 0x80000000) : x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float In(float x, int mode) => (mode & Mode.Ftz) != 0 ? Flush(x) : x;

    public static float Out(float x, int mode)
    {
        if ((mode & Mode.Ftz) != 0) x = Flush(x);
        if ((mode & Mode.Saturate) != 0) return x >= 1 ? 1 : x > 0 ? x : 0;
        return float.IsNaN(x) ? CanonicalNaN : x;
    }

    /// <summary>Moves a nearest result to the neighbour that the mode asks for.</summary>
    /// <param name="r">The result rounded to nearest.</param>
    /// <param name="error">A number with the sign of (exact − r).</param>
    /// <param name="mode">The rounding.</param>
    private static float Direct(float r, double error, int mode)
    {
        if (error == 0 || float.IsNaN(r)) return r;
        switch (mode & Mode.Rounding)
        {
            case Mode.Zero:
                // r = ±0 came from an exact value of either sign that is nearer to zero than any number.
                if (r > 0 && error < 0) return MathF.BitDecrement(r);
                return r < 0 && error > 0 ? MathF.BitIncrement(r) : r;
            case Mode.Down:
                return error < 0 ? MathF.BitDecrement(r) : r;
            case Mode.Up:
                return error > 0 ? MathF.BitIncrement(r) : r;
            default:
                return r;
        }
    }

    public static float Add(float a, float b, int mode)
    {
        a = In(a, mode);
        b = In(b, mode);
        float r = a + b;
        if ((mode & Mode.Rounding) != 0 && float.IsFinite(a) && float.IsFinite(b)) r = DirectSum(a, b, mode);
        return Out(r, mode);
    }

    public static float Mul(float a, float b, int mode)
    {
        a = In(a, mode);
        b = In(b, mode);
        float r = a * b;
        if ((mode & Mode.Rounding) != 0 && float.IsFinite(a) && float.IsFinite(b)) r = Direct(r, ((double)a * b) - r, mode);
        return Out(r, mode);
    }

    public static float Fma(float a, float b, float c, int mode)
    {
        a = In(a, mode);
        b = In(b, mode);
        c = In(c, mode);
        float r = MathF.FusedMultiplyAdd(a, b, c);
        if ((mode & Mode.Rounding) != 0 && float.IsFinite(a) && float.IsFinite(b) && float.IsFinite(c)) r = DirectSum((double)a * b, c, mode);
        return Out(r, mode);
    }

    private static float DirectSum(double a, double b, int mode)
    {
        double s = a + b;
        if (s == 0 && (mode & Mode.Rounding) == Mode.Down && (a != 0 || double.IsNegative(a) != double.IsNegative(b))) return -0f;
        double bb = s - a;
        double rest = (a - (s - bb)) + (b - bb);
        float r = (float)s;
        double error = s - r;
        return Direct(r, error != 0 ? error : rest, mode);
    }

    public static float Div(float a, float b, int mode)
    {
        a = In(a, mode);
        b = In(b, mode);
        float r = a / b;
        if ((mode & Mode.Rounding) != 0 && float.IsFinite(a) && float.IsFinite(b) && b != 0)
        {
            double error = float.IsFinite(r) ? a - ((double)r * b) : -(double)r;
            if (float.IsFinite(r) && b < 0) error = -error;
            r = Direct(r, error, mode);
        }

        return Out(r, mode);
    }

    public static float Sqrt(float a, int mode)
    {
        a = In(a, mode);
        float r = MathF.Sqrt(a);
        if ((mode & Mode.Rounding) != 0 && float.IsFinite(r)) r = Direct(r, a - ((double)r * r), mode);
        return Out(r, mode);
    }

    public static float Min(float a, float b, int mode) => Extreme(a, b, mode, least: true);

    public static float Max(float a, float b, int mode) => Extreme(a, b, mode, least: false);

    private static float Extreme(float a, float b, int mode, bool least)
    {
        a = In(a, mode);
        b = In(b, mode);
        float x = (mode & Mode.Absolute) != 0 ? MathF.Abs(a) : a, y = (mode & Mode.Absolute) != 0 ? MathF.Abs(b) : b;
        float r;
        if (float.IsNaN(a) || float.IsNaN(b))
            r = (mode & Mode.NaN) != 0 || (float.IsNaN(a) && float.IsNaN(b)) ? CanonicalNaN : float.IsNaN(a) ? y : x;
        else
            r = least ? MathF.Min(x, y) : MathF.Max(x, y);
        if ((mode & Mode.XorSign) != 0 && !float.IsNaN(r))
            r = MathF.CopySign(r, float.IsNegative(a) != float.IsNegative(b) ? -1f : 1f);
        return r;
    }
}
