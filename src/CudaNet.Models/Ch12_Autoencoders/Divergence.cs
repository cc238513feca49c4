using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch12_Autoencoders;

/// <summary>Section 12.3, where it is symbolic only: KL[N(μ, σ²) ‖ N(0, 1)] = −½(1 + ln σ² − μ² − σ²) for each latent.</summary>
internal sealed class GaussianKl() : CourseSystem("12.gaussian-kl", "Divergence of a normal distribution from N(0, I)", "KL[N(μ, σ), N(0, I)] regularises the codes.")
{
    public override void Run(SystemContext context)
    {
        double[] sigmas = [.. Enumerable.Range(-40, 71).Select(k => Math.Pow(10, k / 40.0))];
        var plot = new CurvePlot("KL[N(μ, σ²) ‖ N(0, 1)]: σ may neither vanish nor grow", "σ", "nats") { LogX = true, YMax = 8 };
        foreach (var mean in new[] { 0.0, 1, 2, 3 }) plot.Add($"μ = {mean}", sigmas, Array.ConvertAll(sigmas, sigma => 0.5 * (mean * mean + sigma * sigma - 1 - 2 * Math.Log(sigma))));
        context.Draw("gaussian-kl.png", plot);
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        static Tensor Of(double mean, double sigma) => Loss.GaussianKl(Tensor.From([mean], [1, 1]), Tensor.From([2 * Math.Log(sigma)], [1, 1]));
        yield return Figure.Equal("μ = 1, σ = ½", Of(1, 0.5).Item(), 0.8181472, 1e-7);
        yield return Figure.Equal("μ = 0, σ = 1", Of(0, 1).Item(), 0);
        // E over q of ln q(z) − ln p(z), with z = μ + σζ: ln q = −½ζ² − ln σ, ln p = −½z².
        const int samples = 200_000;
        const double mean = 1, sigma = 0.5;
        var zeta = context.Random().Normal([samples], type: DType.Float64);
        var ratio = ((zeta * sigma + mean).Square() / 2 - zeta.Square() / 2 - Math.Log(sigma)).Realize();
        yield return Figure.AtMost("minus the mean of 200,000 samples of ln q/p, in standard errors", Math.Abs(ratio.Mean().Item() - Of(mean, sigma).Item()) / (ratio.Std().Item() / Math.Sqrt(samples)), 3);
        Tensor m = context.Random(1).Normal([3, 4], type: DType.Float64).Realize(), l = context.Random(2).Normal([3, 4], type: DType.Float64).Realize();
        yield return Figure.AtMost("gradient minus differences", Differences.OfGradient(t => Loss.GaussianKl(t[0], t[1]), m, l), 1e-5);
        yield return Figure.AtMost("gradient minus (μ, ½(σ² − 1)) by the batch", Math.Max(Differences.Largest(Grad.Of(Loss.GaussianKl(m, l), m), m / 3), Differences.Largest(Grad.Of(Loss.GaussianKl(m, l), l), (l.Exp() - 1) / 6)), 1e-12);
    }
}

/// <summary>Section 12.4.2: with z = μ + σ⊙ζ and ζ ~ N(0, I) the gradient goes through the sample, ∂z/∂μ = 1 and ∂z/∂σ = ζ.</summary>
internal sealed class Reparametrisation() : CourseSystem("12.reparametrisation", "Reparametrisation: gradients through a sample", "ζ ~ N(0, I), z = μ + σ⊙ζ.")
{
    private const int Samples = 100_000;
    private const double Mean = 0.7, Sigma = 1.3;

    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        int[] counts = [.. Enumerable.Range(0, 12).Select(k => 10 << k)];
        var (through, score) = Gradients(context);
        double[] a = through[0].ToDoubles(), b = score[0].ToDoubles();
        context.Draw("reparametrisation.png", new CurvePlot("dE[z²]/dμ by the number of samples", "samples", "estimate") { LogX = true }
            .Add("through the sample", [.. counts.Select(n => (double)n)], [.. counts.Select(n => a.Take(n).Average())]).Add("score function", [.. counts.Select(n => (double)n)], [.. counts.Select(n => b.Take(n).Average())])
            .Add(new CurveSeries("exact, 2μ", [counts[0], counts[^1]], [2 * Mean, 2 * Mean]) { Dashed = true }));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        // f(z) = z²: E f = μ² + σ², with the gradients 2μ and 2σ.
        var (through, score) = Gradients(context);
        double[] exact = [2 * Mean, 2 * Sigma];
        foreach (var (name, k) in new[] { ("μ", 0), ("σ", 1) })
        {
            double Off(Tensor g) => Math.Abs(g.Mean().Item() - exact[k]) / (g.Std().Item() / Math.Sqrt(Samples));
            yield return Figure.AtMost($"mean gradient by {name} minus the exact one, in standard errors", Off(through[k]), 3);
            yield return Figure.AtMost($"the same of the score-function estimator, {name}", Off(score[k]), 3);
            yield return Figure.AtMost($"variance of the gradient by {name} / that of the score-function estimator", (through[k].Var() / score[k].Var()).Item(), 0.5);
        }
    }

    /// <summary>A gradient for each sample: by μ, and by σ.</summary>
    private static (Tensor[] Through, Tensor[] Score) Gradients(SystemContext context)
    {
        var zeta = context.Random().Normal([Samples], type: DType.Float64).Realize();
        Tensor mean = Tensor.Full([Samples], Mean, DType.Float64).Realize(), sigma = Tensor.Full([Samples], Sigma, DType.Float64).Realize();
        var z = mean + sigma * zeta;
        var through = Grad.Of(z.Square().Sum(), [mean, sigma]);
        // ∇E f = E[f(z)·∇ ln q(z)]: no gradient of f, and much noise.
        var f = z.Square();
        var away = z - mean;
        return ([through[0].Realize(), through[1].Realize()], [(f * away / sigma.Square()).Realize(), (f * (away.Square() - sigma.Square()) / (sigma.Square() * sigma)).Realize()]);
    }
}
