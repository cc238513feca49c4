using CudaNet.Models.Systems;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.3.1: speed along what stays, averaging of what does not.</summary>
internal sealed class WhyMomentum() : CourseSystem("07.why-momentum", "Why momentum works: speed, averaging, shallow minima",
    "It accelerates along consistent gradients, averages noise and escapes shallow minima.")
{
    private const double Rate = 0.01, B = 0.9; // η and β

    public override void Run(SystemContext context)
    {
        var plot = new CurvePlot("A ball rolls through a shallow minimum", "w", "height").Add(Pictures.Curve("landscape", -2.6, 1.7, Landscape));
        foreach (var (name, beta) in new[] { ("gradient descent", 0.0), ("momentum", B) })
        {
            var path = Escape(beta);
            plot.Add(new CurveSeries(name, path, Landscape(Tensor.From(path)).ToDoubles()) { PointsOnly = true });
            context.Out.WriteLine($"{name}: ends at {path[^1]:F3}");
        }
        context.Draw("why-momentum.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var steady = Steps(context, B, Rate, noise: 0, 300);
        yield return Figure.Equal("speed under a constant gradient of 1, times (1 − β)/η", steady[^1] * (1 - B) / Rate, 1, 1e-6);
        // Plain descent of the same mean speed has the rate η/(1 − β).
        double[] momentum = Steps(context, B, Rate, noise: 3, 5000), plain = Steps(context, 0, Rate / (1 - B), noise: 3, 5000);
        static double Variance(double[] v) => v.Skip(100).Average(x => x * x) - Math.Pow(v.Skip(100).Average(), 2);
        yield return Figure.AtMost("noisy gradient: variance of the steps, momentum / plain of equal mean speed", Variance(momentum) / Variance(plain), 0.2);
        yield return Figure.AtLeast("where momentum ends behind a shallow minimum at −1", Escape(B)[^1], 0.5);
        yield return Figure.AtMost("where gradient descent ends", Escape(0)[^1], -0.5);
    }

    /// <summary>A shallow minimum near −1 before a deep one near 1.</summary>
    private static Tensor Landscape(Tensor w) => (w.Square() - 1).Square() - w * 0.7;

    private static double[] Escape(double beta)
    {
        var w = new Parameter(Tensor.From(-2.3), "w");
        var path = new List<double>();
        Learn.Steps(new Sgd([w], 0.01, momentum: beta), 300, () => Landscape(w.Value).Sum(), before: _ => path.Add(w.Value.Item()));
        return [.. path];
    }

    /// <summary>Steps −Δw under a gradient of 1 with noise upon it.</summary>
    private static double[] Steps(SystemContext context, double beta, double rate, double noise, int count)
    {
        var w = new Parameter(Tensor.From(0.0), "w");
        var random = context.Random();
        var path = new double[count + 1];
        Learn.Steps(new Sgd([w], rate, momentum: beta), count, _ => [(random.Normal([1], 0, 1, DType.Float64) * noise + 1).Realize()], data => (w.Value * data[0]).Sum(), before: k => path[k] = w.Value.Item());
        path[count] = w.Value.Item();
        return [.. Enumerable.Range(0, count).Select(k => path[k] - path[k + 1])];
    }
}
