using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch13_AdversarialNetworks;

/// <summary>Section 13.3.2, figure 62: an oracle that knows both densities answers D*(x) = p(x)/(p(x) + q(x)); a net that is trained to
/// tell samples apart comes to the same.</summary>
internal sealed class Oracle() : CourseSystem("13.oracle", "The oracle: the best discriminator of two known densities", "An oracle knows both densities; where they overlap it is right in half of the cases.")
{
    private const double Deviation = 0.8;

    public override void Run(SystemContext context)
    {
        var plot = new CurvePlot("What the oracle says, and the net", "x", "density, and probability of real") { YMin = 0, YMax = 1 };
        var net = Train(context, 1.5);
        plot.Add(Pictures.Curve("p = N(0, 1)", -4, 4, x => Densities.Normal(x, 0, 1), dashed: true)).Add(Pictures.Curve("q = N(1.5, 0.8²)", -4, 4, x => Densities.Normal(x, 1.5, Deviation), dashed: true));
        plot.Add(Pictures.Curve("oracle", -4, 4, x => Best(x, 1.5, Deviation))).Add(Pictures.Curve("net", -4, 4, x => net.Forward(x.To(DType.Float32).Unsqueeze(1)).Sigmoid().Squeeze(1)));
        context.Draw("oracle.png", plot);
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        // Where 99 of 100 samples of either kind lie.
        var x = Tensor.Linspace(-2.3, 3.4, 300);
        Tensor D(Module net) => net.Forward(x.Unsqueeze(1)).Sigmoid().Squeeze(1);
        yield return Figure.AtMost("greatest difference of the trained D from D*", Differences.Largest(D(Train(context, 1.5)), Best(x, 1.5, Deviation)), 0.05);
        var equal = Tensor.Linspace(-2.3, 2.3, 300);
        yield return Figure.AtMost("greatest difference of D from ½ where both are N(0, 1)", (Train(context, 0, 1).Forward(equal.Unsqueeze(1)).Sigmoid() - 0.5).Abs().Max().Item(), 0.05);
        // The oracle is right with probability ½ + ¼∫|p − q|, and in half of the cases where p = q.
        const int n = 200_000;
        Tensor real = context.Random(3).Normal([n]), made = context.Random(4).Normal([n], 1.5, Deviation), grid = Tensor.Linspace(-8, 8, 16_001, DType.Float64);
        var right = ((Best(real, 1.5, Deviation) > 0.5).To(DType.Float64).Mean() + (Best(made, 1.5, Deviation) < 0.5).To(DType.Float64).Mean()).Item() / 2;
        var expected = 0.5 + (Densities.Normal(grid, 0, 1) - Densities.Normal(grid, 1.5, Deviation)).Abs().Sum().Item() * 0.001 / 4;
        yield return Figure.AtMost("share of the oracle's right answers minus ½ + ¼∫|p − q|", Math.Abs(right - expected), 0.005);
        yield return Figure.AtMost("D* minus ½ where the densities are equal", (Best(real, 0, 1) - 0.5).Abs().Max().Item(), 1e-6);
    }

    /// <summary>D*(x) for p = N(0, 1) and q = N(mean, deviation²).</summary>
    private static Tensor Best(Tensor x, double mean, double deviation)
    {
        var p = Densities.Normal(x, 0, 1);
        return p / (p + Densities.Normal(x, mean, deviation));
    }

    private static Module Train(SystemContext context, double mean, double deviation = Deviation)
    {
        var net = Learn.Mlp(context.Random(), () => new Tanh(), 1, 16, 16, 1);
        var random = context.Random(1);
        var steps = context.Pick(1500, 1000);
        Learn.Steps(new Adam(net.Parameters(), 5e-3), steps, () => Loss.GanDiscriminator(net.Forward(random.Normal([1024, 1])), net.Forward(random.Normal([1024, 1], mean, deviation))), new CosineSchedule(steps));
        return net;
    }
}
