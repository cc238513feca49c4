namespace CudaNet.Models.Systems;

/// <summary>Tests of fit: how probable a departure from a distribution as large as the observed one is, if there is none.</summary>
internal static class Goodness
{
    /// <summary>Kolmogorov and Smirnov: P of the greatest distance D between the samples' distribution function and F. With
    /// t = (√n + 0.12 + 0.11/√n)·D it is 2 Σₖ (−1)ᵏ⁻¹ exp(−2k²t²) (Stephens 1970).</summary>
    public static double KolmogorovSmirnov(double[] samples, Func<double, double> distribution)
    {
        double[] sorted = [.. samples.Order()];
        double n = sorted.Length, d = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            var f = distribution(sorted[i]);
            d = Math.Max(d, Math.Max(f - i / n, (i + 1) / n - f));
        }
        double t = (Math.Sqrt(n) + 0.12 + 0.11 / Math.Sqrt(n)) * d, p = 0;
        // The series alternates without end as t goes to 0, where P is 1.
        if (t < 0.2) return 1;
        for (var k = 1; k <= 100; k++) p += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2 * k * k * t * t);
        return Math.Clamp(p, 0, 1);
    }

    /// <summary>χ² = Σ (O − E)²/E of counts that should all be equal: P of a χ² as large, with one degree of freedom less than counts.</summary>
    public static double ChiSquare(IReadOnlyList<long> counts)
    {
        double expected = counts.Average(), statistic = counts.Sum(count => (count - expected) * (count - expected) / expected);
        return UpperGamma((counts.Count - 1) / 2.0, statistic / 2);
    }

    /// <summary>The distribution function of a normal variable.</summary>
    public static double Normal(double x, double mean = 0, double deviation = 1) =>
        // ½ erfc(−z/√2) is Γ(½, z²/2)/Γ(½), halved, on the side of the smaller tail.
        (x - mean) / deviation is var z && z < 0 ? UpperGamma(0.5, z * z / 2) / 2 : 1 - UpperGamma(0.5, z * z / 2) / 2;

    /// <summary>Q(a, x) = Γ(a, x)/Γ(a): the series of 1 − Q for small x, else the continued fraction.</summary>
    private static double UpperGamma(double a, double x)
    {
        if (x <= 0) return 1;
        var front = Math.Exp(a * Math.Log(x) - x - LogGamma(a));
        if (x < a + 1)
        {
            double term = 1 / a, sum = term;
            for (var k = 1; term > sum * 1e-16; k++) sum += term *= x / (a + k);
            return 1 - front * sum;
        }
        // x + 1 − a − 1·(1 − a)/(x + 3 − a − 2·(2 − a)/(x + 5 − a − …)), from its end.
        double fraction = 0;
        for (var k = 300; k >= 1; k--) fraction = k * (k - a) / (x + 2 * k + 1 - a - fraction);
        return front / (x + 1 - a - fraction);
    }

    /// <summary>ln Γ(a) by Stirling's series, after Γ(a) = Γ(a + m)/(a·(a + 1)·…) has made a large.</summary>
    private static double LogGamma(double a)
    {
        double product = 1;
        for (; a < 12; a++) product *= a;
        return (a - 0.5) * Math.Log(a) - a + 0.5 * Math.Log(2 * Math.PI) + 1 / (12 * a) - 1 / (360 * a * a * a) + 1 / (1260 * Math.Pow(a, 5)) - Math.Log(product);
    }
}
