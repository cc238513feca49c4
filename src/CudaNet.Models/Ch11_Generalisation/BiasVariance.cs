using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch11_Generalisation;

/// <summary>Section 11.3: over training sets E(ŷ(x) − y)² = (E ŷ(x) − f(x))² + Var ŷ(x) + σ², with y = f(x) + noise.</summary>
internal sealed class BiasVariance() : CourseSystem("11.bias-variance", "Error is bias² + variance + noise", "The total error of a model decomposes into bias², variance and noise.")
{
    private const int Sets = 400, Samples = 30, Points = 50;
    private const double Noise = 0.3;

    private static readonly int[] Degrees = [1, 3, 5, 8];

    public override void Run(SystemContext context)
    {
        double[] at = [.. Enumerable.Range(0, 10).Select(d => (double)d)];
        var terms = at.Select(degree => Terms(context, (int)degree)).ToArray();
        foreach (var (degree, t) in at.Zip(terms)) context.Out.WriteLine($"degree {degree}: bias² {t.Bias:F4} + variance {t.Variance:F4} + noise {Noise * Noise:F4} = {t.Bias + t.Variance + Noise * Noise:F4}, measured {t.Error:F4}");
        context.Draw("bias-variance.png", new CurvePlot("Polynomials on 30 samples of a sine with noise", "degree", "squared error") { WholeX = true, LogY = true }
            .Add("bias²", at, [.. terms.Select(t => t.Bias)]).Add("variance", at, [.. terms.Select(t => t.Variance)]).Add("noise", at, [.. at.Select(_ => Noise * Noise)]).Add("measured error", at, [.. terms.Select(t => t.Error)]));
        var x = Grid().ToDoubles();
        var plot = new CurvePlot("Ten fits of degree 8, and the function", "x", "y") { YMin = -2, YMax = 2 };
        var fits = Fits(context, 8);
        for (var k = 0; k < 10; k++) plot.Add(new CurveSeries(k == 0 ? "fits" : "", x, fits.Select(0, k).ToDoubles()) { ColorIndex = 0 });
        context.Draw("bias-variance-fits.png", plot.Add(new CurveSeries("f", x, F(Grid()).ToDoubles()) { ColorIndex = 1, Dashed = true }));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var terms = Degrees.Select(degree => Terms(context, degree)).ToArray();
        foreach (var (degree, t) in Degrees.Zip(terms))
            yield return Figure.AtMost($"degree {degree}: sum of the three terms, off from the measured error", Math.Abs((t.Bias + t.Variance + Noise * Noise) / t.Error - 1), 0.05);
        yield return Figure.AtMost("bias² of degree 8 / of degree 1", terms[^1].Bias / terms[0].Bias, 0.1);
        yield return Figure.AtLeast("variance of degree 8 / of degree 1", terms[^1].Variance / terms[0].Variance, 2);
    }

    private static Tensor Grid() => Tensor.Linspace(-0.95, 0.95, Points, DType.Float64);

    private static Tensor F(Tensor x) => (x * 4).Sin();

    private static Tensor Powers(Tensor x, int degree) => Tensor.Stack([.. Enumerable.Range(0, degree + 1).Select(k => x.Pow(k))], -1);

    /// <summary>Least squares on each training set, read at the grid: [sets, points].</summary>
    private static Tensor Fits(SystemContext context, int degree)
    {
        // The inputs are the same in every set; noise is not.
        var x = Tensor.Linspace(-1, 1, Samples, DType.Float64);
        var y = F(x) + context.Random().Normal([Sets, Samples], 0, Noise, DType.Float64);
        return Powers(Grid(), degree).MatMul(Linalg.Pinv(Powers(x, degree))).MatMul(y.T).T.Realize();
    }

    private static (double Bias, double Variance, double Error) Terms(SystemContext context, int degree)
    {
        var fits = Fits(context, degree);
        var bias = (fits.Mean(0) - F(Grid())).Square().Mean().Item();
        // Fresh noise: each fit is tested on samples of its own.
        var error = (fits - F(Grid()) - context.Random(1).Normal([Sets, Points], 0, Noise, DType.Float64)).Square().Mean().Item();
        return (bias, fits.Var(0, correction: 0).Mean().Item(), error);
    }
}
