using CudaNet.Models.Systems;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Sections 7.1.1 and 7.1.2: how large a step may be.</summary>
internal sealed class LearningRate() : CourseSystem("07.learning-rate", "The learning rate: convergence, oscillation, divergence",
    "A rate that is too high overshoots and oscillates about the minimum.")
{
    private const double H = 4; // curvature

    public override void Run(SystemContext context)
    {
        var plot = new CurvePlot($"f = ½·{H}·w² by gradient descent", "step", "w") { YMin = -2, YMax = 2 };
        foreach (var share in new[] { 0.3, 1.0, 1.7, 2.05 }) plot.Add($"η = {share}/h", [.. Enumerable.Range(0, 21).Select(k => (double)k)], Path(share / H, 20));
        context.Draw("learning-rate.png", plot);
        context.Out.WriteLine($"curvature {H}: converges below η = {2 / H}, changes sides above {1 / H}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.AtMost("η = 1.9/h: |w| after 300 steps", Math.Abs(Path(1.9 / H, 300)[^1]), 1e-6);
        yield return Figure.AtLeast("η = 2.1/h: |w| after 300 steps", Math.Abs(Path(2.1 / H, 300)[^1]), 1e6);
        static int Sides(double[] path) => path.Skip(1).Zip(path, (a, b) => a * b < 0 ? 1 : 0).Sum();
        yield return Figure.Equal("η = 0.9/h: changes of side in 20 steps", Sides(Path(0.9 / H, 20)), 0);
        yield return Figure.Equal("η = 1.5/h: changes of side in 20 steps", Sides(Path(1.5 / H, 20)), 20);
        yield return Figure.Equal("η = 1/h: w after one step", Path(1 / H, 1)[^1], 0, 1e-15);
    }

    private static double[] Path(double rate, int steps)
    {
        var w = new Parameter(Tensor.From(1.0), "w");
        var path = new double[steps + 1];
        Learn.Steps(new Sgd([w], rate), steps, () => w.Value.Square().Sum() * (H / 2), before: k => path[k] = w.Value.Item());
        path[steps] = w.Value.Item();
        return path;
    }
}
