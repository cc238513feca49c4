using CudaNet.Models.Systems;
using CudaNet.Nn.Data;

namespace CudaNet.Models.Ch11_Generalisation;

/// <summary>Section 11.3: models on samples drawn with replacement, averaged (Breiman 1996).</summary>
internal sealed class Bagging() : CourseSystem("11.bagging", "Bagging: nearest neighbours on bootstrap samples", "Bootstrap samples in parallel, aggregated, lower the variance.")
{
    private const int N = 30, Bags = 30;

    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        double[] grid = Grid.ToDoubles();
        var random = new Random((int)context.Seed);
        var (x, y) = Sample(random);
        context.Draw("bagging.png", new Plotting.CurvePlot("One nearest-neighbour model, and the mean of thirty", "x", "y") { YMin = -2, YMax = 2 }
            .Add(new Plotting.CurveSeries("samples", x, y) { PointsOnly = true }).Add("one", grid, Fit(x, y)).Add("thirty", grid, Bagged(x, y, random)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = new Random((int)context.Seed);
        const int large = 100_000;
        yield return Figure.Equal("share of samples in a bootstrap of 100,000", Enumerable.Range(0, large).Select(_ => random.Next(large)).Distinct().Count() / (double)large, 0.632, 0.01);
        double[][] one = new double[40][], many = new double[40][];
        for (var k = 0; k < 40; k++)
        {
            var (x, y) = Sample(random);
            (one[k], many[k]) = (Fit(x, y), Bagged(x, y, random));
        }
        yield return Figure.AtMost("variance of predictions over 40 training sets, bagged / single", Variance(many) / Variance(one), 0.7);
    }

    private static Tensor Grid => Tensor.Linspace(-0.9, 0.9, 61, DType.Float64);

    private static double Variance(double[][] fits) => Enumerable.Range(0, 61).Average(i => fits.Average(f => f[i] * f[i]) - Math.Pow(fits.Average(f => f[i]), 2));

    private static (double[] X, double[] Y) Sample(Random random)
    {
        double[] x = [.. Enumerable.Range(0, N).Select(_ => 2 * random.NextDouble() - 1)];
        return (x, Array.ConvertAll(x, v => Math.Sin(3 * v) + 0.6 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())));
    }

    /// <summary>The nearest sample's value: a model that hangs on single samples. (Least squares does not, so there bagging gains nothing.)</summary>
    private static double[] Fit(double[] x, double[] y) => Array.ConvertAll(Grid.ToDoubles(), g => y[Enumerable.Range(0, x.Length).MinBy(i => Math.Abs(x[i] - g))]);

    private static double[] Bagged(double[] x, double[] y, Random random)
    {
        var sum = new double[61];
        for (var bag = 0; bag < Bags; bag++)
        {
            int[] drawn = [.. Enumerable.Range(0, N).Select(_ => random.Next(N))];
            var fit = Fit([.. drawn.Select(i => x[i])], [.. drawn.Select(i => y[i])]);
            for (var i = 0; i < 61; i++) sum[i] += fit[i] / Bags;
        }
        return sum;
    }
}
