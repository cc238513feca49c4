namespace CudaNet.Tests.Simd;

/// <summary>Distance of a result from the exact value in units in the last place of the result's type.</summary>
internal static class Ulp
{
    /// <summary>Error of a float; 0 when both are NaN or equal, infinite when only one is NaN or infinite or signs of zero differ.</summary>
    public static double Error(float actual, double exact)
    {
        if (double.IsNaN(exact)) return float.IsNaN(actual) ? 0 : double.PositiveInfinity;
        float rounded = (float)exact;
        if (actual.Equals(rounded)) return rounded == 0 && float.IsNegative(actual) != double.IsNegative(exact) ? double.PositiveInfinity : RoundedError(actual, exact);
        if (float.IsNaN(actual) || float.IsInfinity(actual)) return double.PositiveInfinity;
        return Math.Abs(actual - exact) / Spacing(exact);
    }

    /// <summary>Number of doubles between two; 0 when both are NaN, infinite when one is or signs of zero differ.</summary>
    public static double Distance(double a, double b)
    {
        if (double.IsNaN(a) || double.IsNaN(b)) return double.IsNaN(a) && double.IsNaN(b) ? 0 : double.PositiveInfinity;
        if (a == 0 && b == 0) return double.IsNegative(a) == double.IsNegative(b) ? 0 : double.PositiveInfinity;
        return Math.Abs((double)(Ordered(a) - Ordered(b)));
    }

    private static Int128 Ordered(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        return bits < 0 ? (Int128)long.MinValue - bits : bits;
    }

    private static double RoundedError(float actual, double exact) =>
        float.IsInfinity(actual) ? 0 : Math.Abs(actual - exact) / Spacing(exact);

    private static double Spacing(double exact)
    {
        int exponent = exact == 0 ? -126 : Math.Max(Math.ILogB(exact), -126);
        return Math.ScaleB(1, exponent - 23);
    }
}
