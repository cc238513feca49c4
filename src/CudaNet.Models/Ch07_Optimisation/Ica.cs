using CudaNet.Models.Systems;
using CudaNet.Nn.Preprocessing;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Table 1: what whitening is for.</summary>
internal sealed class Ica() : CourseSystem("07.ica", "Independent components: two sources unmixed", "Independent component analysis is named as a use of whitening.")
{
    public override void Run(SystemContext context)
    {
        var (sources, mixed) = Mix(context);
        var found = new FastIca(random: context.Random(1)).FitTransform(mixed);
        double[] t = [.. Enumerable.Range(0, 300).Select(i => (double)i)];
        foreach (var (name, signal) in new[] { ("sources", sources), ("mixed", mixed), ("found", found) })
            context.Draw($"ica-{name}.png", new CurvePlot($"Two signals, {name}", "time", "value").Add("first", t, signal.Narrow(0, 0, 300).Select(1, 0).ToDoubles()).Add("second", t, signal.Narrow(0, 0, 300).Select(1, 1).ToDoubles()));
        context.Out.WriteLine($"correlation with the sources: {Match(sources, found):F4}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (sources, mixed) = Mix(context);
        yield return Figure.AtLeast("least |correlation| of a source and what was found for it", Match(sources, new FastIca(random: context.Random(1)).FitTransform(mixed)), 0.95);
        yield return Figure.AtMost("the same of the mixtures", Match(sources, mixed), 0.95);
    }

    /// <summary>A sine and a saw, mixed with one another.</summary>
    private static (Tensor Sources, Tensor Mixed) Mix(SystemContext context)
    {
        var t = Tensor.Arange(0, 2000, 1.0, DType.Float64);
        var sources = Tensor.Stack([(t * 0.05).Sin(), (t * 0.013) % 1 * 2 - 1], 1) + context.Random().Normal([2000, 2], 0, 0.02, DType.Float64);
        return (sources.Realize(), sources.MatMul(Tensor.From(new[,] { { 1, 0.6 }, { 0.7, 1 } })).Realize());
    }

    private static double Match(Tensor sources, Tensor found)
    {
        static Tensor Unit(Tensor x) => (x - x.Mean(0)) / (x - x.Mean(0)).Norm(2, 0);
        var c = Unit(sources).T.MatMul(Unit(found)).Abs().ToDoubles();
        // Either order.
        return Math.Max(Math.Min(c[0], c[3]), Math.Min(c[1], c[2]));
    }
}
