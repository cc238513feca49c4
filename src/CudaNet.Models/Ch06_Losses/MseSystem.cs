using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch06_Losses;

/// <summary>Sections 2.4 and 6.1: regression with the mean squared error.</summary>
internal sealed class MseSystem() : CourseSystem("06.mse", "Regression with the mean squared error",
    "The cost node is a scalar that measures prediction against target; its mean squared form is best at the mean and sensitive to outliers.")
{
    public override void Run(SystemContext context)
    {
        var (x, y) = Samples(context.Seed);
        var line = Fit(x, y);
        double slope = line.Weight.Value.Item(), offset = line.Bias!.Value.Item();
        context.Out.WriteLine($"y = {slope:F3}·x + {offset:F3} from 64 noisy samples of y = 2·x + 1");
        context.Draw("mse.png", new CurvePlot("Least squares by gradient descent", "x", "y")
            .Add(new CurveSeries("samples", [.. x.Select(v => (double)v)], [.. y.Select(v => (double)v)]) { PointsOnly = true })
            .Add("fit", [-1, 1], [offset - slope, offset + slope]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var golden = Loss.Mse(Tensor.From(0.5, -1.2, 2), Tensor.From(1.0, -1, 0)).Item();
        var (x, y) = Samples(context.Seed);
        var line = Fit(x, y);
        // The exact solution of the least squares, in closed form.
        double mx = x.Average(), my = y.Average();
        var slope = x.Zip(y, (a, b) => (a - mx) * (b - my)).Sum() / x.Sum(a => (a - mx) * (a - mx));
        return
        [
            Figure.Equal("MSE of (0.5, −1.2, 2) against (1, −1, 0)", golden, 1.43, 1e-12),
            Figure.Equal("distance of the slope from the exact one", line.Weight.Value.Item() - slope, 0, 1e-4),
            Figure.Equal("distance of the offset from the exact one", line.Bias!.Value.Item() - (my - slope * mx), 0, 1e-4),
            Figure.Equal("best constant minus the mean of (1, 2, 6)", BestConstant() - 3, 0, 1e-5),
        ];
    }

    private static (float[] X, float[] Y) Samples(long seed)
    {
        var random = new RandomStream(seed);
        var x = random.Uniform([64], -1, 1);
        return (x.ToArray<float>(), (x * 2 + 1 + random.Normal([64]) * 0.1).ToArray<float>());
    }

    private static Linear Fit(float[] x, float[] y)
    {
        var line = new Linear(1, 1, random: new(0));
        var optimizer = new Sgd(line.Parameters(), 0.1, momentum: 0.9);
        Descend(optimizer, () => Loss.Mse(line.Forward(Tensor.From(x, [x.Length, 1])), Tensor.From(y, [y.Length, 1])));
        return line;
    }

    private static double BestConstant()
    {
        var constant = new Parameter(Tensor.Zeros([1]), "constant");
        var target = Tensor.From(1f, 2f, 6f);
        Descend(new Sgd([constant], 0.1, momentum: 0.5), () => Loss.Mse(constant.Value.ExpandTo([3]), target));
        return constant.Value.Item();
    }

    private static void Descend(Optimizer optimizer, Func<Tensor> loss)
    {
        var step = Compiled.Of(() =>
        {
            var value = loss();
            optimizer.ZeroGrad();
            value.Backward();
            optimizer.Step();
            return value;
        });
        for (var i = 0; i < 300; i++) step();
    }
}
