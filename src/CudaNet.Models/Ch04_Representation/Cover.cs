using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Section 4.1: how likely it is that a hyperplane separates labels given at random (Cover 1965).</summary>
internal sealed class Cover() : CourseSystem("04.cover", "Cover's theorem: when random labels are separable",
    "Separability falls with the number of points P at a fixed dimension N, and rises with N.")
{
    private const int N = 10;

    public override void Run(SystemContext context)
    {
        double[] ps = [5, 10, 15, 18, 20, 22, 25, 30, 40];
        var measured = ps.Select(p => Measured(context, (int)p, context.Pick(400, 100))).ToArray();
        for (var i = 0; i < ps.Length; i++) context.Out.WriteLine($"P = {ps[i],2}: {measured[i]:F3} of random labellings are separable, Cover says {Theory((int)ps[i]):F3}");
        double[] all = [.. Enumerable.Range(1, 45).Select(p => (double)p)];
        context.Draw("cover.png", new CurvePlot("Labels of P random points in 10 dimensions", "P", "share that a hyperplane separates")
            .Add("C(P, N)/2ᴾ", all, [.. all.Select(p => Theory((int)p))])
            .Add(new CurveSeries("measured", ps, measured) { PointsOnly = true }));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var trials = context.Pick(4000, 2000);
        yield return Figure.Equal("share separable at P = 10", Measured(context, 10, trials), 1, 0.03);
        yield return Figure.Equal("share separable at P = 20", Measured(context, 20, trials), 0.5, 0.03);
        yield return Figure.Equal("share separable at P = 40", Measured(context, 40, trials), 0.0005, 0.03);
        yield return Figure.Equal("Cover's share at P = 2N", Theory(20), 0.5, 1e-12);
        yield return Figure.Equal("Cover's share at P = 40", Theory(40), 0.0005, 0.0003);
    }

    /// <summary>C(P, N)/2ᴾ with C(P, N) = 2·Σₖ₌₀^{N−1} C(P−1, k), for hyperplanes through the origin.</summary>
    private static double Theory(int p)
    {
        double term = 1, sum = 0;
        for (var k = 0; k < N && k < p; k++)
        {
            sum += term;
            term *= (p - 1.0 - k) / (k + 1);
        }
        return 2 * sum / Math.Pow(2, p);
    }

    private static double Measured(SystemContext context, int p, int trials)
    {
        var random = new Random((int)(context.Seed * 100 + p));
        return Enumerable.Range(0, trials).Count(_ => Separable(random, p)) / (double)trials;
    }

    /// <summary>Some w has w·zᵢ &gt; 0 for all zᵢ = yᵢxᵢ unless 0 lies in their hull: Σ λᵢzᵢ = 0 with λ ≥ 0, Σ λᵢ = 1 (Gordan 1873). The first
    /// phase of the simplex method decides that, by Bland's rule, which does not run in circles.</summary>
    private static bool Separable(Random random, int p)
    {
        const int rows = N + 1;
        const double tiny = 1e-9;
        var t = new double[rows + 1, p + 1]; // the last row is the sum of the others, which is to become 0
        var basis = new int[rows];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < p; j++) t[i, j] = i < N ? Normal(random) : 1;
            t[i, p] = i < N ? 0 : 1;
            basis[i] = p + i;
            for (var j = 0; j <= p; j++) t[rows, j] += t[i, j];
        }
        while (true)
        {
            var enter = Enumerable.Range(0, p).FirstOrDefault(j => t[rows, j] > tiny, -1);
            if (enter < 0) return t[rows, p] > tiny;
            var candidates = Enumerable.Range(0, rows).Where(i => t[i, enter] > tiny).ToArray();
            var least = candidates.Min(i => t[i, p] / t[i, enter]);
            var leave = candidates.Where(i => t[i, p] / t[i, enter] <= least + tiny).MinBy(i => basis[i]);
            basis[leave] = enter;
            var pivot = t[leave, enter];
            for (var j = 0; j <= p; j++) t[leave, j] /= pivot;
            for (var i = 0; i <= rows; i++)
            {
                var factor = t[i, enter];
                if (i != leave) for (var j = 0; j <= p; j++) t[i, j] -= factor * t[leave, j];
            }
        }
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
