using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Preprocessing;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.1.2: a model whose optimum is known without a search.</summary>
internal sealed class LinearRegression() : CourseSystem("07.linear-regression", "Linear regression: the exact optimum and the limit of descent", "Linear regression is optimised directly, unlike nets.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var (x, y) = Samples(context);
        var exact = Linalg.LeastSquares(x, y);
        context.Draw("linear-regression.png", new CurvePlot("What least squares says against what was measured", "prediction", "measured").Add(new CurveSeries("samples", x.MatMul(exact).ToDoubles(), y.ToDoubles()) { PointsOnly = true }));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (x, y) = Samples(context);
        Tensor normal = Linalg.Solve(x.T.MatMul(x), x.T.MatMul(y)), qr = Linalg.LeastSquares(x, y);
        yield return Figure.AtMost("normal equations minus QR", Differences.Largest(normal, qr), 1e-10);
        var w = new Parameter(Tensor.Zeros([4, 1], DType.Float64), "w");
        Learn.Steps(new Sgd([w], 0.1, momentum: 0.9), 1000, () => Loss.Mse(x.MatMul(w.Value), y));
        yield return Figure.AtMost("limit of gradient descent minus the exact optimum", Differences.Largest(w.Value, qr), 1e-5);
    }

    private static (Tensor X, Tensor Y) Samples(SystemContext context)
    {
        var x = context.Random().Normal([200, 4], type: DType.Float64).Realize();
        return (x, (x.MatMul(Tensor.From(new[,] { { 1.0 }, { -2 }, { 0.5 }, { 3 } })) + context.Random(1).Normal([200, 1], 0, 0.3, DType.Float64)).Realize());
    }
}
