using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch12_Autoencoders;

/// <summary>Section 12.4: p(z|x) = p(x|z)p(z)/p(x) with p(x) = ∫p(x|u)p(u)du, which for one latent can be added up on a grid. Importance
/// sampling estimates it for any number: p(x) = E over q of p(x|z)p(z)/q(z).</summary>
internal sealed class Evidence() : CourseSystem("12.evidence", "Bayes' theorem and the intractable evidence", "log p(x) = log ∫ p(x|u) p(u) du.")
{
    private const double C = 0.1;
    private const int Draws = 50_000;

    /// <summary>A decoder of one latent into the plane: half an arc, with a bend.</summary>
    private static Tensor F(Tensor z) => Tensor.Stack([z.Sin(), (z * 0.7).Tanh() + z * z * 0.2], -1);

    private static readonly Tensor Grid = Tensor.Linspace(-8, 8, 8001, DType.Float64).Realize();

    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var x = Observed(context);
        var joint = LogJoint(Grid, x);
        var (mean, sigma, log) = Exact(x);
        double[] z = Grid.ToDoubles(), posterior = (joint - log).Exp().ToDoubles();
        var inside = Enumerable.Range(0, z.Length).Where(i => Math.Abs(z[i]) < 4).ToArray();
        double[] Of(Func<int, double> f) => [.. inside.Select(f)];
        context.Draw("evidence.png", new CurvePlot("A latent before and after the observation", "z", "density").Add("prior p(z)", Of(i => z[i]), Of(i => Math.Exp(-z[i] * z[i] / 2) / Math.Sqrt(2 * Math.PI)))
            .Add("posterior p(z|x)", Of(i => z[i]), Of(i => posterior[i])).Add(new CurveSeries("q(z|x)", Of(i => z[i]), Of(i => Math.Exp(-Math.Pow((z[i] - mean) / sigma, 2) / 2) / (sigma * Math.Sqrt(2 * Math.PI)))) { Dashed = true }));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var x = Observed(context);
        var (mean, sigma, log) = Exact(x);
        var posterior = (LogJoint(Grid, x) - log).Exp();
        yield return Figure.Equal("posterior by Bayes' theorem, added up", Integral(posterior), 1, 1e-9);
        // q is normal with the posterior's mean and deviation, widened: tails that q lacks would ruin the weights.
        var wide = 1.5 * sigma;
        var zeta = context.Random(1).Normal([Draws], type: DType.Float64);
        var z = (zeta * wide + mean).Realize();
        var weights = (LogJoint(z, x) + zeta.Square() / 2 + Math.Log(wide * Math.Sqrt(2 * Math.PI))).Realize();
        // log of the mean weight, without leaving the logarithms.
        var importance = weights.LogSumExp().Item() - Math.Log(Draws);
        yield return Figure.AtMost("importance-sampling estimate of log p(x) minus quadrature", Math.Abs(importance - log), 0.02);
        yield return Figure.AtMost("ELBO (the mean of the logarithms) minus the estimate", weights.Mean().Item() - importance, 0);
        yield return Figure.AtMost("posterior mean by weighed samples minus quadrature", Math.Abs((weights.Softmax(0) * z).Sum().Item() - mean), 0.02);
        // An observation far away: every p(x|z) is 0 in floating point, its logarithm is not.
        var far = Tensor.From([40.0, -40.0]);
        var lost = (LogJoint(z, far).Exp().Mean() / 1).Log().Item();
        yield return Figure.Holds("far away the mean of the weights underflows, the log-sum-exp does not", double.IsNegativeInfinity(lost) && double.IsFinite(LogJoint(z, far).LogSumExp().Item()));
    }

    private static Tensor Observed(SystemContext context) => (F(context.Random().Normal([1], type: DType.Float64)).Squeeze() + context.Random(2).Normal([2], 0, Math.Sqrt(C), DType.Float64)).Realize();

    /// <summary>ln p(x|z) + ln p(z) with p(x|z) = N(f(z), cI).</summary>
    private static Tensor LogJoint(Tensor z, Tensor x) => (F(z) - x).Square().Sum(-1) / (-2 * C) - Math.Log(2 * Math.PI * C) - z.Square() / 2 - 0.5 * Math.Log(2 * Math.PI);

    private static (double Mean, double Sigma, double Log) Exact(Tensor x)
    {
        var joint = LogJoint(Grid, x);
        var log = joint.LogSumExp().Item() + Math.Log(16.0 / 8000);
        var posterior = (joint - log).Exp();
        var mean = Integral(posterior * Grid);
        return (mean, Math.Sqrt(Integral(posterior * (Grid - mean).Square())), log);
    }

    private static double Integral(Tensor values) => values.Sum().Item() * 16 / 8000;
}
