using CudaNet.Models.Systems;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.12. The notes call ∇f a vector space: it is a vector field.</summary>
internal sealed class Derivatives() : CourseSystem("07.derivatives", "Gradient, Jacobian and Hessian", "(∇f)ᵢ = ∂f/∂xᵢ; J has gradients as rows; H holds curvature on its diagonal and interaction beside it.")
{
    public override void Run(SystemContext context)
    {
        var x = Tensor.From(-1.2, 1);
        context.Out.WriteLine($"Rosenbrock at (−1.2, 1): ∇f = {Grad.Of(Rosenbrock(x), x)}\nH = {Hessian.Of(Rosenbrock(x), x)}");
        var plot = Pictures.Field("Rosenbrock's valley and its downward gradients", new(-2, 2, -1, 3), (a, b) => Math.Log(0.05 + Math.Pow(1 - a, 2) + 100 * Math.Pow(b - a * a, 2)));
        for (var a = -1.5; a <= 1.5; a += 1)
            for (var b = -0.5; b <= 2.5; b += 1)
            {
                var g = Grad.Of(Rosenbrock(x = Tensor.From(a, b)), x).ToDoubles();
                double length = Math.Sqrt(g[0] * g[0] + g[1] * g[1]) / 0.35;
                plot.Add(new CurveSeries("−∇f", [a, a - g[0] / length], [b, b - g[1] / length]) { ColorIndex = 0 });
            }
        context.Draw("derivatives.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var x = context.Random().Uniform([2], -2, 2, DType.Float64).Realize();
        double a = x.ToDoubles()[0], b = x.ToDoubles()[1];
        var h = Hessian.Of(Rosenbrock(x), x);
        yield return Figure.AtMost("H of Rosenbrock's function minus the formula", Differences.Largest(h, 1200 * a * a - 400 * b + 2, -400 * a, -400 * a, 200), 1e-8);
        var v = context.Random(1).Normal([5], type: DType.Float64).Realize();
        var m = context.Random(2).Normal([5, 5], type: DType.Float64).Realize();
        Tensor F(Tensor t) => (t.Unsqueeze(0).MatMul(m).Tanh().Flatten() * t).Sum();
        Tensor G(Tensor t) => t.Unsqueeze(0).MatMul(m).Tanh().Flatten();
        var H = Hessian.Of(F(v), v);
        yield return Figure.AtMost("H minus its transpose", Differences.Largest(H, H.T), 1e-8);
        yield return Figure.AtMost("H minus differences of the gradient", Differences.Largest(H, Numeric(t => Grad.Of(F(t), t), v)), 1e-6);
        yield return Figure.AtMost("J minus differences of the function", Differences.Largest(Jacobian.Of(G(v), v), Numeric(G, v)), 1e-6);
        var d = context.Random(3).Normal([5], type: DType.Float64).Realize();
        yield return Figure.AtMost("Hessian-vector product minus H·v", Differences.Largest(Hessian.VectorProduct(F(v), v, d), H.MatMul(d.Unsqueeze(1)).Flatten()), 1e-8);
        yield return Figure.AtMost("vector–Jacobian product minus Jᵀ·v", Differences.Largest(Vjp.Of(G(v), d, v)[0], Jacobian.Of(G(v), v).T.MatMul(d.Unsqueeze(1)).Flatten()), 1e-8);
        yield return Figure.AtMost("Jacobian–vector product minus J·v", Differences.Largest(Jvp.Of(G(v), v, d), Jacobian.Of(G(v), v).MatMul(d.Unsqueeze(1)).Flatten()), 1e-8);
    }

    /// <summary>f = (1 − x)² + 100·(y − x²)².</summary>
    internal static Tensor Rosenbrock(Tensor x) => (1 - x.Select(0, 0)).Square() + (x.Select(0, 1) - x.Select(0, 0).Square()).Square() * 100;

    /// <summary>Central differences, a column for each input.</summary>
    private static Tensor Numeric(Func<Tensor, Tensor> f, Tensor x)
    {
        const double e = 1e-5;
        var n = (int)x.Shape[0];
        Tensor Moved(int i, double by) => Tensor.From([.. x.ToDoubles().Select((value, j) => j == i ? value + by : value)]);
        return Tensor.Stack([.. Enumerable.Range(0, n).Select(i => (f(Moved(i, e)) - f(Moved(i, -e))) / (2 * e))], 1);
    }
}

/// <summary>Section 7.11: what one step can gain depends on gradient over curvature.</summary>
internal sealed class GradientCurvature() : CourseSystem("07.gradient-curvature", "Gradient against curvature: the gain of the best step", "With constant curvature, the best reduction of the error depends on the ratio of gradient and curvature.")
{
    public override void Run(SystemContext context)
    {
        var (h, b) = Problem(context);
        var w = Tensor.Zeros([4], DType.Float64);
        var g = Grad.Of(Loss(h, b, w), w);
        double[] steps = [.. Enumerable.Range(0, 60).Select(k => k * 0.02)];
        var best = BestStep(h, g, -g);
        context.Draw("gradient-curvature.png", new CurvePlot("Loss along the gradient", "length of the step", "loss")
            .Add("loss", steps, [.. steps.Select(s => Loss(h, b, w - g * s).Item())]).Add(new CurveSeries("best step", [best], [Loss(h, b, w - g * best).Item()]) { PointsOnly = true }));
        context.Out.WriteLine($"best step gᵀg/gᵀHg = {best:F4}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (h, b) = Problem(context);
        foreach (var part in new[] { 0, 1, 2 })
        {
            Tensor w = context.Random(10 + part).Normal([4], type: DType.Float64).Realize(), d = context.Random(20 + part).Normal([4], type: DType.Float64).Realize();
            var g = Grad.Of(Loss(h, b, w), w);
            var reduction = Loss(h, b, w).Item() - Loss(h, b, w + d * BestStep(h, g, d)).Item();
            // (gᵀd)² / (2·dᵀHd).
            var formula = Math.Pow(g.Dot(d).Item(), 2) / (2 * d.Dot(Hessian.VectorProduct(Loss(h, b, w), w, d)).Item());
            yield return Figure.AtMost($"reduction along direction {part + 1} minus (gᵀd)²/(2dᵀHd)", Math.Abs(reduction - formula), 1e-8);
        }
    }

    private static double BestStep(Tensor h, Tensor g, Tensor d) => -g.Dot(d).Item() / d.Dot(h.MatMul(d.Unsqueeze(1)).Flatten()).Item();

    private static Tensor Loss(Tensor h, Tensor b, Tensor w) => w.Dot(h.MatMul(w.Unsqueeze(1)).Flatten()) * 0.5 - b.Dot(w);

    private static (Tensor H, Tensor B) Problem(SystemContext context)
    {
        var a = context.Random().Normal([4, 4], type: DType.Float64);
        return ((a.MatMul(a.T) + Tensor.Eye(4, DType.Float64)).Realize(), context.Random(1).Normal([4], type: DType.Float64).Realize());
    }
}
