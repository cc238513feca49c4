using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch13_AdversarialNetworks;

/// <summary>Section 13: Philox 4×32-10 turns a counter into numbers that look random (Salmon and others 2011).</summary>
internal sealed class RandomNumbers() : CourseSystem("13.random", "Pseudo-random numbers from a counter", "Deterministic machines produce sequences that look random.")
{
    private const int N = 100_000, Cells = 16;

    public override void Run(SystemContext context)
    {
        double[] good = context.Random().Uniform([2000], type: DType.Float64).ToDoubles(), bad = Congruential(2000);
        static CurveSeries Pairs(string name, double[] u) => new(name, u[..^1], u[1..]) { PointsOnly = true };
        context.Draw("random.png", new CurvePlot("Each number over the one before: Philox fills the square, x ← 5x + 3 mod 4096 does not", "uₖ", "uₖ₊₁").Add(Pairs("Philox", good)).Add(Pairs("congruential", bad)));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        double[] u = context.Random().Uniform([N], type: DType.Float64).ToDoubles(), again = context.Random().Uniform([N], type: DType.Float64).ToDoubles();
        yield return Figure.Holds("the same seed gives the same numbers", u.SequenceEqual(again));
        yield return Figure.AtLeast("P of χ² over 256 equal parts of [0, 1)", Goodness.ChiSquare(Counts(u, 256, (x, _) => x)), 0.01);
        yield return Figure.AtLeast("P of χ² of pairs of neighbours over 16 × 16 fields", Goodness.ChiSquare(Counts(u, Cells * Cells, Field)), 0.01);
        yield return Figure.AtMost("the same of x ← 5x + 3 mod 4096, which is even and not random", Goodness.ChiSquare(Counts(Congruential(N), Cells * Cells, Field)), 0.01);
        var normal = context.Random(1).Normal([N], type: DType.Float64).ToDoubles();
        yield return Figure.AtLeast("P of Kolmogorov and Smirnov for normal numbers", Goodness.KolmogorovSmirnov(normal, x => Goodness.Normal(x)), 0.01);
        Tensor uniform = new RandomStream(context.Seed, Device.Virtual).Uniform([4096]), gauss = new RandomStream(context.Seed, Device.Virtual).Normal([4096]);
        yield return Figure.AtMost("uniform numbers of a CUDA device minus the CPU's", Differences.Largest(uniform.To(Device.Cpu), new RandomStream(context.Seed, Device.Cpu).Uniform([4096])), 0);
        yield return Figure.AtMost("normal numbers of a CUDA device minus the CPU's", Differences.Largest(gauss.To(Device.Cpu), new RandomStream(context.Seed, Device.Cpu).Normal([4096])), 1e-5);
    }

    /// <summary>Numbers in each of equal parts; pairs that do not overlap where a part is of two numbers.</summary>
    private static long[] Counts(double[] u, int parts, Func<double, double, double> place)
    {
        var counts = new long[parts];
        for (var i = 0; i + 1 < u.Length; i += 2) counts[(int)(parts * place(u[i], u[i + 1]))]++;
        return counts;
    }

    /// <summary>The field of a pair, from 0 to 1.</summary>
    private static double Field(double x, double y) => (Math.Floor(x * Cells) * Cells + Math.Floor(y * Cells)) / (Cells * Cells);

    private static double[] Congruential(int count)
    {
        var x = 1;
        return [.. Enumerable.Range(0, count).Select(_ => (x = (5 * x + 3) % 4096) / 4096.0)];
    }
}
