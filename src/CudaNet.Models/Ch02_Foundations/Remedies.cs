using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Initializers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch02_Foundations;

/// <summary>Section 2.7: what helps against vanishing gradients, each alone.</summary>
internal sealed class Remedies() : CourseSystem("02.remedies", "Remedies for vanishing gradients, one at a time",
    "The ReLU family, Xavier's initialisation and batch normalisation help against vanishing gradients.")
{
    public override void Run(SystemContext context)
    {
        var plot = new CurvePlot("Each remedy alone in a net of 20 sigmoid layers", "layer", "‖dL/dz‖") { LogY = true, WholeX = true };
        foreach (var (name, norms) in All(context))
        {
            plot.Add(name, [.. Enumerable.Range(1, norms.Length).Select(k => (double)k)], norms);
            context.Out.WriteLine($"{name,-20} first / last {norms[0] / norms[^1]:E1}");
        }
        context.Draw("remedies.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var all = All(context).ToDictionary(entry => entry.Name, entry => entry.Norms[0] / entry.Norms[^1]);
        foreach (var name in new[] { "ReLU", "Xavier", "batch normalisation" })
            yield return Figure.AtLeast($"{name}: ratio of first to last gradient, times that of the plain net", all[name] / all["plain"], 10);
    }

    private static IEnumerable<(string Name, double[] Norms)> All(SystemContext context)
    {
        double[] Norms(Func<Module> activation, Func<Shape, Tensor>? init = null, Func<Module>? norm = null) =>
            GradientMonitor.Norms(DeepNet.Of(20, activation, init, context.Random(), norm), context);
        var random = context.Random(1);
        yield return ("plain", Norms(() => new Sigmoid()));
        yield return ("ReLU", Norms(() => new ReLU()));
        yield return ("Xavier", Norms(() => new Sigmoid(), shape => Init.XavierNormal(shape, random)));
        yield return ("batch normalisation", Norms(() => new Sigmoid(), norm: () => new BatchNorm1d(DeepNet.Width)));
    }
}
