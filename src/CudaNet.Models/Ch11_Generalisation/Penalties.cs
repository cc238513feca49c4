using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch11_Generalisation;

/// <summary>Section 11.2.2: λΣθ² without the ½, so its gradient is 2λθ, and a framework's weight decay is twice as large.</summary>
internal sealed class L2() : CourseSystem("11.l2", "L2 regularisation and weight decay", "L + λΣθ²; a large λ underfits, a small one overfits.")
{
    public override void Run(SystemContext context)
    {
        double[] lambdas = [1e-4, 1e-3, 1e-2, 1e-1, 1];
        context.Draw("l2.png", new Plotting.CurvePlot("Length of the weights by the penalty", "λ", "‖w‖") { LogX = true }.Add("‖w‖", lambdas, [.. lambdas.Select(l => Fit(context, l, 0)[^1].Norm().Item())]));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var penalty = Fit(context, 0.05, 0);
        yield return Figure.AtMost("penalty λ minus weight decay 2λ, every step of SGD", penalty.Zip(Fit(context, 0, 0.1), Differences.Largest).Max(), 1e-7);
        var norms = new[] { 1e-3, 1e-2, 1e-1, 1 }.Select(l => Fit(context, l, 0)[^1].Norm().Item()).ToArray();
        yield return Figure.Equal("increases of λ at which the norm falls", norms.Skip(1).Zip(norms, (now, before) => now < before ? 1 : 0).Sum(), 3);
    }

    private static List<Tensor> Fit(SystemContext context, double lambda, double decay)
    {
        Tensor x = context.Random().Normal([30, 4], type: DType.Float64).Realize(), y = context.Random(1).Normal([30, 1], type: DType.Float64).Realize();
        var w = new Parameter(Tensor.Ones([4, 1], DType.Float64), "w");
        var path = new List<Tensor>();
        Learn.Steps(new Sgd([w], 0.05, weightDecay: decay), 100, () => Loss.Mse(x.MatMul(w.Value), y) + w.Value.Square().Sum() * lambda, before: _ => path.Add(w.Value));
        return path;
    }
}

/// <summary>Section 11.2.2: λΣ|θ| selects features; the plain subgradient never gives exact zeros, the proximal step does.</summary>
internal sealed class L1() : CourseSystem("11.l1", "L1 regularisation: exact zeros by the proximal step", "λΣ|θ| gives sparsity and selects features.")
{
    private const int Features = 20, Relevant = 4;
    private const double Lambda = 0.2, Rate = 0.1;

    public override void Run(SystemContext context)
    {
        var (proximal, plain) = (Fit(context, true).ToDoubles(), Fit(context, false).ToDoubles());
        double[] at = [.. Enumerable.Range(0, Features).Select(i => (double)i)];
        context.Draw("l1.png", new Plotting.CurvePlot("20 weights, of which 4 matter", "feature", "weight").Add(new Plotting.CurveSeries("proximal", at, proximal) { PointsOnly = true }).Add(new Plotting.CurveSeries("subgradient", at, plain) { PointsOnly = true }));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var proximal = Fit(context, true);
        yield return Figure.Equal("irrelevant weights that are exactly 0, proximal", proximal.ToDoubles().Skip(Relevant).Count(v => v == 0), Features - Relevant);
        yield return Figure.Equal("the same by the subgradient", Fit(context, false).ToDoubles().Skip(Relevant).Count(v => v == 0), 0);
        // Orthogonal design: the solution is the least squares one, shrunk by λ.
        var (x, y) = Data(context);
        yield return Figure.AtMost("minus softshrink(Xᵀy/n, λ), the exact solution", Differences.Largest(proximal, (x.T.MatMul(y.Unsqueeze(1)).Flatten() / x.Shape[0]).Softshrink(Lambda)), 1e-8);
    }

    /// <summary>XᵀX = n·I by orthogonal columns; y from the first features and noise.</summary>
    private static (Tensor X, Tensor Y) Data(SystemContext context)
    {
        const int n = 100;
        var x = Linalg.Qr(context.Random().Normal([n, Features], type: DType.Float64)).Q * Math.Sqrt(n);
        var w = Tensor.From([.. Enumerable.Range(0, Features).Select(i => i < Relevant ? 1.0 + i : 0)]);
        return (x.Realize(), (x.MatMul(w.Unsqueeze(1)).Flatten() + context.Random(1).Normal([n], 0, 0.3, DType.Float64)).Realize());
    }

    /// <summary>½‖Xw − y‖²/n + λ‖w‖₁ by w ← shrink(w − η∇, ηλ), or by w ← w − η(∇ + λ·sign w).</summary>
    private static Tensor Fit(SystemContext context, bool proximal)
    {
        var (x, y) = Data(context);
        var step = Compiled.Of(w =>
        {
            var g = x.T.MatMul(x.MatMul(w.Unsqueeze(1)) - y.Unsqueeze(1)).Flatten() / x.Shape[0];
            return proximal ? (w - g * Rate).Softshrink(Rate * Lambda) : w - (g + w.Sign() * Lambda) * Rate;
        });
        var w = Tensor.Ones([Features], DType.Float64);
        for (var k = 0; k < 500; k++) w = step(w);
        return w.Realize();
    }
}
