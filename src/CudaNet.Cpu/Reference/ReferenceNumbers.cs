namespace CudaNet.Cpu.Reference;

/// <summary>What the element types do to a number, seen from float64.</summary>
internal static class ReferenceNumbers
{
    /// <summary>The nearest value of a floating type; a number as it is for the others.</summary>
    public static double Round(double value, DType type) => type switch
    {
        DType.Float32 => (float)value,
        DType.Float16 => (double)(Half)value,
        DType.BFloat16 => (float)(BFloat16)value,
        _ => value,
    };

    /// <summary>An integer result as its type keeps it: the low bits. Bool is 0 or 1; floating types are not touched.</summary>
    public static double Wrap(double value, DType type) => type switch
    {
        DType.Bool => value != 0 ? 1 : 0,
        DType.UInt8 => unchecked((byte)(long)value),
        DType.Int32 => unchecked((int)(long)value),
        _ => value,
    };

    /// <summary>Conversion between element types.</summary>
    public static double Cast(double value, DType from, DType to)
    {
        if (to == DType.Bool) return value != 0 ? 1 : 0; // NaN is not 0
        if (to.IsFloating()) return Round(value, to);
        if (!from.IsFloating()) return Wrap(value, to);
        if (double.IsNaN(value)) return 0;
        var (least, greatest) = to switch
        {
            DType.UInt8 => (0.0, 255.0),
            DType.Int32 => (int.MinValue, int.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        return Math.Clamp(Math.Truncate(value), least, greatest);
    }

    /// <summary>ln(1 + x) without the cancellation of the plain formula (Kahan).</summary>
    public static double Log1p(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : double.IsInfinity(u) || u <= 0 ? Math.Log(u) : Math.Log(u) * x / (u - 1);
    }

    /// <summary>eˣ − 1 without the cancellation of the plain formula (Kahan).</summary>
    public static double Expm1(double x)
    {
        var u = Math.Exp(x);
        if (u == 1) return x;
        var difference = u - 1;
        return difference == -1 || double.IsInfinity(u) ? difference : difference * x / Math.Log(u);
    }

    /// <summary>Remainder with the sign of the divisor.</summary>
    public static double Remainder(double a, double b)
    {
        var remainder = a % b;
        return remainder != 0 && remainder < 0 != b < 0 ? remainder + b : remainder;
    }

    /// <summary>⌊a / b⌋ by way of the exact remainder, since the quotient may round up to a whole number.</summary>
    public static double FloorDivide(double a, double b)
    {
        if (b == 0) return a / b;
        var remainder = a % b;
        var whole = Math.Round((a - remainder) / b);
        return remainder != 0 && remainder < 0 != b < 0 ? whole - 1 : whole;
    }

    /// <summary>aᵇ of integers, wrapping as 64-bit numbers do.</summary>
    public static double IntegerPower(double a, double b)
    {
        if (b < 0) return a == 1 ? 1 : a == -1 ? (b % 2 == 0 ? 1 : -1) : 0;
        long result = 1;
        for (long k = 0; k < (long)b; k++) result = unchecked(result * (long)a);
        return result;
    }

    /// <summary>Larger number, NaN if there is one.</summary>
    public static double Max(double a, double b) => double.IsNaN(a) || a > b ? a : b;

    /// <summary>Smaller number, NaN if there is one.</summary>
    public static double Min(double a, double b) => double.IsNaN(a) || a < b ? a : b;
}
