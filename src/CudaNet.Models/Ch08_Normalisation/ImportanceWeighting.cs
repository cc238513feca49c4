using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch08_Normalisation;

/// <summary>Section 8.1, cited: samples weighed by how likely they are in the test (Shimodaira 2000).</summary>
internal sealed class ImportanceWeighting() : CourseSystem("08.importance-weighting", "Importance weighting under covariate shift", "Importance weighting for shift is cited.")
{
    public override void Run(SystemContext context)
    {
        var (x, y, u, v) = Samples(context);
        double[] grid = [.. Enumerable.Range(0, 81).Select(k => -1.5 + k * 0.05)];
        var at = Tensor.From(grid);
        var plot = new CurvePlot("A line for a curve: where shall it fit?", "x", "y").Add(new CurveSeries("training", x.ToDoubles(), y.ToDoubles()) { PointsOnly = true }).Add(new CurveSeries("test", u.ToDoubles(), v.ToDoubles()) { PointsOnly = true });
        foreach (var weighted in new[] { false, true })
        {
            var w = Fit(x, y, weighted).ToDoubles();
            plot.Add(weighted ? "weighted" : "plain", grid, [.. grid.Select(g => w[0] + w[1] * g)]);
            context.Out.WriteLine($"{(weighted ? "weighted" : "plain"),-9} test MSE {Error(Fit(x, y, weighted), u, v):F4}");
        }
        context.Draw("importance-weighting.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (x, y, u, v) = Samples(context);
        yield return Figure.AtMost("test MSE, weighted / plain", Error(Fit(x, y, true), u, v) / Error(Fit(x, y, false), u, v), 0.9);
    }

    /// <summary>y = sinc(x) with noise; x from N(1, ½²) in training and N(2, ¼²) in the test.</summary>
    private static (Tensor X, Tensor Y, Tensor U, Tensor V) Samples(SystemContext context)
    {
        var random = context.Random();
        Tensor Value(Tensor t) => ((t * Math.PI).Sin() / (t * Math.PI) + random.Normal(t.Shape, 0, 0.25 / 2, DType.Float64)).Realize();
        Tensor x = random.Normal([150], 1, 0.5, DType.Float64).Realize(), u = random.Normal([300], 2, 0.25, DType.Float64).Realize();
        return (x, Value(x), u, Value(u));
    }

    /// <summary>Weighted least squares with w = p_test(x)/p_train(x).</summary>
    private static Tensor Fit(Tensor x, Tensor y, bool weighted)
    {
        var root = weighted ? (Density(x, 2, 0.25) / Density(x, 1, 0.5)).Sqrt() : x.OnesLike();
        return Linalg.LeastSquares(Tensor.Stack([root, x * root], 1), (y * root).Unsqueeze(1)).Flatten();
    }

    private static Tensor Density(Tensor x, double mean, double deviation) => (((x - mean) / deviation).Square() * -0.5).Exp() / deviation;

    private static double Error(Tensor w, Tensor u, Tensor v) => (w.Select(0, 0) + w.Select(0, 1) * u - v).Square().Mean().Item();
}
