using System.Runtime.CompilerServices;
using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Initializers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.1.3: the energy of the signal stays from layer to layer.</summary>
internal sealed class SignalEnergy() : CourseSystem("07.signal-energy", "Keeping the signal's energy through a deep tanh net",
    "The variance of the outputs is to be about that of the inputs, and that of gradients constant.")
{
    public override void Run(SystemContext context)
    {
        var plot = new CurvePlot("Variance of the values in a net of 20 tanh layers", "layer", "variance") { LogY = true, WholeX = true };
        foreach (var (name, init) in new (string, Func<Shape, RandomStream, Tensor>)[] { ("Xavier, gain 5/3", (s, r) => Init.XavierNormal(s, r, 5.0 / 3)), ("σ = 0.02", (s, r) => Init.Normal(s, r, 0, 0.02)), ("σ = 0.3", (s, r) => Init.Normal(s, r, 0, 0.3)) })
        {
            var variances = Variances(context, init);
            plot.Add(name, [.. Enumerable.Range(0, variances.Length).Select(k => (double)k)], variances);
            context.Out.WriteLine($"{name,-18} {variances[0]:F3} → {variances[^1]:E2}");
        }
        context.Draw("signal-energy.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var variances = Variances(context, (s, r) => Init.XavierNormal(s, r, 5.0 / 3));
        // The first layer sees the data itself and not values of a tanh.
        var ratios = variances.Skip(2).Zip(variances.Skip(1), (now, before) => now / before).ToArray();
        yield return Figure.AtLeast("tanh, Xavier: least ratio of variances of neighbouring layers", ratios.Min(), 0.7);
        yield return Figure.AtMost("the greatest", ratios.Max(), 1.3);
    }

    private static double[] Variances(SystemContext context, Func<Shape, RandomStream, Tensor> init)
    {
        var random = context.Random();
        var x = random.Normal([256, 256]).Realize();
        var variances = new List<double> { x.Var().Item() };
        for (var layer = 0; layer < 20; layer++)
        {
            x = x.MatMul(init([256, 256], random)).Tanh().Realize();
            variances.Add(x.Var().Item());
        }
        return [.. variances];
    }
}
