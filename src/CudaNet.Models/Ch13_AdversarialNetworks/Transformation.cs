using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch13_AdversarialNetworks;

/// <summary>Section 13.1: any function of simple variables has a distribution; one that is learned can have almost any.</summary>
internal sealed class Transformation() : CourseSystem("13.transformation", "Functions of simple variables: by hand, and learned", "Any function maps a simple distribution to another one.")
{
    private const int N = 100_000;
    private const double Hill = 2, Width = 0.5;

    public override void Run(SystemContext context)
    {
        var (r, _) = BoxMuller(context);
        context.Draw("transformation.png", new CurvePlot("Uniform numbers, transformed", "x", "density") { YMin = 0, YMax = 1 }
            .Add(Densities.Histogram("√(−2 ln u)·cos 2πv", r, -4, 4)).Add(Densities.Histogram("by a net", Learned(context), -4, 4))
            .Add(Pictures.Curve("½N(−2, ½²) + ½N(2, ½²)", -4, 4, x => (Densities.Normal(x, -Hill, Width) + Densities.Normal(x, Hill, Width)) / 2, dashed: true)));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        // y = √u has P(y ≤ t) = P(u ≤ t²) = t².
        var u = context.Random(3).Uniform([N], type: DType.Float64);
        yield return Figure.AtLeast("P of Kolmogorov and Smirnov: √u against F(t) = t²", Goodness.KolmogorovSmirnov(u.Sqrt().ToDoubles(), t => t * t), 0.01);
        // Two uniform numbers become two normal ones (Box, Muller 1958).
        var (a, b) = BoxMuller(context);
        yield return Figure.AtLeast("the same: Box and Muller's first number against N(0, 1)", Goodness.KolmogorovSmirnov(a.ToDoubles(), x => Goodness.Normal(x)), 0.01);
        yield return Figure.AtLeast("the same: the second number", Goodness.KolmogorovSmirnov(b.ToDoubles(), x => Goodness.Normal(x)), 0.01);
        yield return Figure.AtMost("correlation of the two, in standard errors", Math.Abs((a * b).Mean().Item()) * Math.Sqrt(N), 3);
        var made = Learned(context).ToDoubles();
        yield return Figure.Equal("learned: share of the samples on the left hill", made.Count(x => x < 0) / (double)made.Length, 0.5, 0.05);
        yield return Figure.AtMost("learned: share of the samples in the valley, |x| < ½", made.Count(x => Math.Abs(x) < 0.5) / (double)made.Length, 0.05);
    }

    private static (Tensor A, Tensor B) BoxMuller(SystemContext context)
    {
        Tensor u = context.Random(1).Uniform([N], type: DType.Float64), v = context.Random(2).Uniform([N], type: DType.Float64);
        Tensor radius = ((1 - u).Log() * -2).Sqrt(), angle = v * (2 * Math.PI);
        return ((radius * angle.Cos()).Realize(), (radius * angle.Sin()).Realize());
    }

    /// <summary>A net that turns uniform numbers into a mixture of two normal laws, trained on the energy distance.</summary>
    private static Tensor Learned(SystemContext context)
    {
        var net = Learn.Mlp(context.Random(4), () => new Tanh(), 1, 64, 64, 1);
        var random = context.Random(5);
        Tensor Mixture(int n) => random.Normal([n, 1], 0, Width) + random.Bernoulli([n, 1], 0.5).Where(Tensor.Full([n, 1], Hill), Tensor.Full([n, 1], -Hill));
        Matching.Train(net, context.Pick(2000, 1000), () => (Matching.Noise(random, Matching.Batch), Mixture(Matching.Batch)), (x, y) => Loss.EnergyDistance(x, y));
        return net.Forward(Matching.Noise(context.Random(6), 20_000)).Realize();
    }
}
