using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch13_AdversarialNetworks;

/// <summary>Section 13.1, figure 60: for u uniform in (0, 1), x = F⁻¹(u) has the distribution function F, since P(F⁻¹(u) ≤ x) = P(u ≤ F(x)) = F(x).</summary>
internal sealed class InverseTransform() : CourseSystem("13.inverse-transform", "Sampling by the inverse of a distribution function", "u ~ U(0, 1) becomes x = F⁻¹(u).")
{
    private const int N = 100_000, Entries = 1000;
    private const double Left = -2, Right = 2;

    private static readonly (string Name, Func<Tensor, Tensor> Inverse, Func<double, double> F)[] Laws =
    [
        ("exponential", u => -(1 - u).Log(), x => 1 - Math.Exp(-x)),
        ("logistic", u => (u / (1 - u)).Log(), x => 1 / (1 + Math.Exp(-x))),
        ("normal", u => ErfInverse(u * 2 - 1) * Math.Sqrt(2), x => Goodness.Normal(x)),
        ("two hills, by a table", ByTable, Table),
    ];

    public override void Run(SystemContext context)
    {
        var u = Uniform(context, 0);
        var plot = new CurvePlot("One uniform sample through four inverse distribution functions", "x", "density") { YMin = 0 };
        foreach (var (name, inverse, _) in Laws) plot.Add(Densities.Histogram(name, inverse(u), -4, 4));
        context.Draw("inverse-transform.png", plot);
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        for (var k = 0; k < Laws.Length; k++)
            yield return Figure.AtLeast($"P of Kolmogorov and Smirnov, {Laws[k].Name}", Goodness.KolmogorovSmirnov(Laws[k].Inverse(Uniform(context, k)).ToDoubles(), Laws[k].F), 0.01);
        var y = Tensor.Linspace(-0.9999, 0.9999, 1001, DType.Float64);
        yield return Figure.AtMost("erf(erf⁻¹(y)) minus y", Differences.Largest(ErfInverse(y).Erf(), y), 1e-12);
        yield return Figure.AtMost("P of the uniform numbers as they are, for the normal law", Goodness.KolmogorovSmirnov(Uniform(context, 0).ToDoubles(), x => Goodness.Normal(x)), 0.01);
    }

    private static Tensor Uniform(SystemContext context, int part) => context.Random(part).Uniform([N], type: DType.Float64).Realize();

    /// <summary>A first guess by logarithms (Winitzki 2008), then Newton's x ← x − (erf x − y)·√π/2·e^(x²).</summary>
    private static Tensor ErfInverse(Tensor y)
    {
        const double a = 0.147;
        Tensor log = (1 - y.Square()).Clamp(1e-300, 1).Log(), b = log / 2 + 2 / (Math.PI * a);
        var x = y.Sign() * ((b.Square() - log / a).Sqrt() - b).Clamp(0, double.PositiveInfinity).Sqrt();
        for (var step = 0; step < 3; step++) x -= (x.Erf() - y) * (Math.Sqrt(Math.PI) / 2) * x.Square().Exp();
        return x;
    }

    /// <summary>A density that has no inverse to write down: p(x) ∝ exp(−4(x² − 1)²) on [−2, 2].</summary>
    private static readonly double[] Cumulative = Sums();

    private static double[] Sums()
    {
        static double P(double x) => Math.Exp(-4 * (x * x - 1) * (x * x - 1));
        var sums = new double[Entries + 1];
        for (var k = 1; k <= Entries; k++) sums[k] = sums[k - 1] + P(Place(k - 0.5));
        return Array.ConvertAll(sums, s => s / sums[^1]);
    }

    private static double Place(double entry) => Left + entry * (Right - Left) / Entries;

    /// <summary>F between the table's entries by a straight line.</summary>
    private static double Table(double x)
    {
        double at = Math.Clamp((x - Left) / (Right - Left) * Entries, 0, Entries - 1e-9), k = Math.Floor(at);
        return Cumulative[(int)k] + (at - k) * (Cumulative[(int)k + 1] - Cumulative[(int)k]);
    }

    /// <summary>F⁻¹: the entry before u by bisection, and the straight line from it.</summary>
    private static Tensor ByTable(Tensor u)
    {
        var table = Tensor.From(Cumulative);
        var above = table.SearchSorted(u, right: true).Clamp(1, Entries);
        Tensor high = table.Take(above), low = table.Take(above - 1);
        return ((above - 1).To(DType.Float64) + (u - low) / (high - low)) * ((Right - Left) / Entries) + Left;
    }
}
