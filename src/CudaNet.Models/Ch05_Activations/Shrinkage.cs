using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch05_Activations;

/// <summary>Section 5.4.</summary>
internal sealed class TanhshrinkSystem() : Activation("05.tanhshrink", "Tanhshrink: x − tanh x", "The shrink family pulls values towards zero.",
    x => x.Tanhshrink(), x => x - Math.Tanh(x), [-2.0049452463, -0.2384058440, -0.0378828427, 0, 0.0378828427, 0.2384058440, 2.0049452463])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        // x − tanh x = x³/3 − 2x⁵/15 + …: the difference cancels, the series does not.
        double x = (float)1e-3, exact = x * x * x / 3 - 2 * Math.Pow(x, 5) / 15;
        yield return Figure.AtMost("relative error at 0.001 in single precision", Math.Abs(Tensor.From((float)x).Tanhshrink().Item() / exact - 1), 1e-5);
    }
}

/// <summary>Section 5.4.</summary>
internal sealed class SoftshrinkSystem() : Activation("05.softshrink", "Softshrink: towards zero by λ", "sign(x)·max(|x| − λ, 0).",
    x => x.Softshrink(1), x => Math.Sign(x) * Math.Max(Math.Abs(x) - 1, 0), [-2, 0, 0, 0, 0, 0, 2], [-1, 1])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        yield return Figure.AtMost("λ = ½: distance from the formula", Differences.Largest(Tensor.From(-3.0, -0.5, 0.2, 0.75).Softshrink(), -2.5, 0, 0, 0.25), 0);
        yield return Figure.AtMost("λ = ½: gradient minus differences", Differences.OfGradient(at => at[0].Softshrink(), Tensor.From(-3.0, -0.7, 0.2, 0.75)), 1e-5);
    }
}

/// <summary>Section 5.4.</summary>
internal sealed class HardshrinkSystem() : Activation("05.hardshrink", "Hardshrink: small values become zero", "x where |x| > λ, else 0.",
    x => x.Hardshrink(1), x => Math.Abs(x) > 1 ? x : 0, [-3, 0, 0, 0, 0, 0, 3], [-1, 1]);

/// <summary>Section 5.4: what the shrink family is for.</summary>
internal sealed class SparseCoding() : CourseSystem("05.sparse-coding", "Sparse coding by shrinking: ISTA",
    "Shrink functions serve regularisation, sparse coding and denoising: they remove low amplitudes.")
{
    private const int N = 100, M = 50, Sparse = 5;

    public override void Run(SystemContext context)
    {
        var (x, found) = Recover(context);
        double[] at = [.. Enumerable.Range(0, N).Select(i => (double)i)];
        context.Draw("sparse-coding.png", new CurvePlot($"{Sparse} spikes of {N} from {M} measurements", "place", "value")
            .Add(new CurveSeries("true", at, x) { PointsOnly = true }).Add("found by ISTA", at, found));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (x, found) = Recover(context);
        yield return Figure.Equal("places where true and found support differ", x.Zip(found, (a, b) => (a != 0) == (Math.Abs(b) > 0.1) ? 0 : 1).Sum(), 0);
        var random = context.Random(2);
        var noise = (random.Normal([N], type: DType.Float64) * 0.1).Realize();
        var clean = Tensor.From(x);
        double Snr(Tensor y) => 10 * Math.Log10((clean.Square().Sum() / (y - clean).Square().Sum()).Item());
        yield return Figure.AtLeast("dB that shrinking a noisy signal gains", Snr((clean + noise).Hardshrink(0.35)) - Snr(clean + noise), 1);
    }

    /// <summary>x ← shrink(x − ηAᵀ(Ax − b), ηλ) for ½‖Ax − b‖² + λ‖x‖₁ (Daubechies, Defrise, De Mol 2004).</summary>
    private static (double[] True, double[] Found) Recover(SystemContext context)
    {
        const double lambda = 0.02;
        var random = new Random((int)context.Seed);
        var truth = new double[N];
        foreach (var i in Enumerable.Range(0, N).OrderBy(_ => random.Next()).Take(Sparse)) truth[i] = (random.Next(2) * 2 - 1) * (1 + random.NextDouble());
        var a = (context.Random().Normal([M, N], type: DType.Float64) / Math.Sqrt(M)).Realize();
        var b = a.MatMul(Tensor.From(truth, [N, 1])).Realize();
        var eta = 1 / Math.Pow(Linalg.Svd(a).S.Max().Item(), 2);
        var x = Tensor.Zeros([N, 1], DType.Float64);
        var step = Compiled.Of(v => (v - a.T.MatMul(a.MatMul(v) - b) * eta).Softshrink(eta * lambda));
        for (var k = 0; k < 3000; k++) x = step(x);
        return (truth, x.ToDoubles());
    }
}
