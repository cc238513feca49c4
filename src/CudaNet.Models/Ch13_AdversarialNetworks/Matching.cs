using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch13_AdversarialNetworks;

/// <summary>Generators that are trained on a distance between their samples and true ones, without a second net.</summary>
internal static class Matching
{
    public const int Batch = 256;

    /// <summary>Uniform numbers of mean 0 and variance 1, [count, 1].</summary>
    public static Tensor Noise(RandomStream random, int count) => random.Uniform([count, 1], -Math.Sqrt(3), Math.Sqrt(3));

    /// <summary>Random input → net → compare with real samples → gradient step.</summary>
    /// <param name="net">G.</param>
    /// <param name="steps">How many.</param>
    /// <param name="pair">Draws random inputs z and real samples.</param>
    /// <param name="distance">Of made and real samples; it has a gradient.</param>
    public static double[] Train(Module net, int steps, Func<(Tensor Z, Tensor Real)> pair, Func<Tensor, Tensor, Tensor> distance) =>
        Learn.Steps(new Adam(net.Parameters(), 1e-2), steps, () =>
        {
            var (z, real) = pair();
            return distance(net.Forward(z), real);
        }, new CosineSchedule(steps, 0, 0.01));
}

/// <summary>Section 13.2: the loop of every generative model, on points in the plane.</summary>
internal sealed class GenerativeLoop() : CourseSystem("13.loop", "The loop of generative training: noise to moons", "Random input goes through a net, is compared with real samples, and the difference goes back.")
{
    private static readonly double[] Widths = [0.1, 0.3, 1];

    public override void Run(SystemContext context)
    {
        var (net, before, losses) = Train(context);
        CurveSeries Points(string name, Tensor t) => new(name, t.Select(1, 0).ToDoubles(), t.Select(1, 1).ToDoubles()) { PointsOnly = true };
        context.Draw("loop.png", new CurvePlot("Samples of the generator on the moons that it learned", "x", "y")
            .Add(Points("real", Synthetic.Moons(400, 0.05, context.Seed).Points)).Add(Points("made", net.Forward(Noise(context.Random(5), 400)))).Add(Points("made, untrained", before.Narrow(0, 0, 400))));
        context.Draw("loop-loss.png", Pictures.Curves("Maximum mean discrepancy", "MMD²", true, ("MMD²", losses)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (net, before, _) = Train(context);
        double Mmd(Tensor a, int other) => Loss.MaximumMeanDiscrepancy(a, Synthetic.Moons(2000, 0.05, context.Seed + other).Points, Widths, unbiased: false).Item();
        double first = Mmd(before, 100), last = Mmd(net.Forward(Noise(context.Random(5), 2000)), 100), real = Mmd(Synthetic.Moons(2000, 0.05, context.Seed + 200).Points, 100);
        yield return Figure.AtLeast("MMD² of the untrained net / of the trained one", first / last, 10);
        yield return Figure.Report("MMD² of the trained net / of other real samples", last / real);
        var nearest = (net.Forward(Noise(context.Random(5), 2000)).Unsqueeze(1) - Synthetic.Moons(2000, 0.05, context.Seed + 100).Points.Unsqueeze(0)).Square().Sum(-1).Min(1).Sqrt();
        var share = (nearest <= 0.15).To(DType.Float32).Mean().Item();
        yield return Figure.AtLeast("share of made points within 0.15 of a real one", share, 0.8);
    }

    private static Tensor Noise(RandomStream random, int count) => random.Normal([count, 2]);

    private static (Module Net, Tensor Before, double[] Losses) Train(SystemContext context)
    {
        var net = Learn.Mlp(context.Random(), () => new ReLU(), 2, 64, 64, 2);
        var before = net.Forward(Noise(context.Random(5), 2000)).Realize();
        Tensor all = Synthetic.Moons(20_000, 0.05, context.Seed).Points;
        var random = context.Random(1);
        var losses = Matching.Train(net, context.Pick(1500, 800), () => (Noise(random, Matching.Batch), all.Take(random.Integers([Matching.Batch], 0, 20_000))), (made, real) => Loss.MaximumMeanDiscrepancy(made, real, Widths));
        return (net, before, losses);
    }
}

/// <summary>Sections 13.2 and 13.3.1: gradient descent on a distance of distributions. The notes name none: MMD and the energy distance.</summary>
internal sealed class DirectMatching() : CourseSystem("13.matching", "The direct method: uniform noise becomes N(3, 2²)", "Reduce a measured distance between generated and true samples by gradient descent.")
{
    private const double Mean = 3, Deviation = 2;

    private static readonly (string Name, Func<Tensor, Tensor, Tensor> Distance)[] Distances =
        [("MMD", (a, b) => Loss.MaximumMeanDiscrepancy(a, b, [0.5, 1, 2, 4])), ("energy distance", (a, b) => Loss.EnergyDistance(a, b))];

    public override void Run(SystemContext context)
    {
        var plot = new CurvePlot("Uniform noise through a net that was trained on a distance", "x", "density") { YMin = 0 };
        plot.Add(Pictures.Curve("N(3, 2²)", -5, 11, x => Densities.Normal(x, Mean, Deviation), dashed: true));
        foreach (var (name, distance) in Distances) plot.Add(Densities.Histogram(name, Samples(context, distance), -5, 11));
        context.Draw("matching.png", plot);
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        foreach (var (name, distance) in Distances)
        {
            var (mean, deviation) = Densities.Moments(Samples(context, distance));
            yield return Figure.AtMost($"{name}: error of the mean, relative", Math.Abs(mean / Mean - 1), 0.05);
            yield return Figure.AtMost($"{name}: error of the deviation, relative", Math.Abs(deviation / Deviation - 1), 0.05);
        }
    }

    /// <summary>100,000 samples of a net that was trained on a distance.</summary>
    private static Tensor Samples(SystemContext context, Func<Tensor, Tensor, Tensor> distance)
    {
        var net = Learn.Mlp(context.Random(), () => new Tanh(), 1, 64, 64, 1);
        var random = context.Random(1);
        Matching.Train(net, context.Pick(3000, 2000), () => (Matching.Noise(random, Matching.Batch), random.Normal([Matching.Batch, 1], Mean, Deviation)), distance);
        return net.Forward(Matching.Noise(context.Random(2), 100_000)).Realize();
    }
}
