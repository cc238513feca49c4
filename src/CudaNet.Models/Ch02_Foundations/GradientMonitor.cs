using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Initializers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch02_Foundations;

/// <summary>Section 2.7: how the gradient shrinks or grows from layer to layer.</summary>
internal sealed class GradientMonitor() : CourseSystem("02.gradient-monitor", "Vanishing and exploding gradients, layer by layer",
    "Gradients shrink or grow exponentially with depth, so early layers stop learning or weights blow up.")
{
    public override void Run(SystemContext context)
    {
        var plot = new CurvePlot("Norm of the gradient in 20 layers", "layer", "‖dL/dz‖") { LogY = true, WholeX = true };
        foreach (var (name, norms) in new[] { ("sigmoid", Sigmoid(context)), ("ReLU, He", ReLU(context, He)), ("ReLU, σ = 3/√n", ReLU(context, TooLarge)) })
        {
            plot.Add(name, [.. Enumerable.Range(1, norms.Length).Select(k => (double)k)], norms);
            context.Out.WriteLine($"{name,-16} first layer {norms[0]:E1}, last {norms[^1]:E1}, ratio {norms[0] / norms[^1]:E1}");
        }
        context.Draw("gradient-monitor.png", plot);
        context.Out.WriteLine($"sigmoid units beyond ±4, where the slope is below 2 %: {Saturated(context):P1}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        double[] sigmoid = Sigmoid(context), he = ReLU(context, He), large = ReLU(context, TooLarge);
        yield return Figure.AtMost("sigmoid: norm of the first layer's gradient / the last's", sigmoid[0] / sigmoid[^1], 1e-6);
        var ratio = he[0] / he[^1];
        yield return new Figure("ReLU and He: the same", ratio, 0.1, 10);
        yield return Figure.AtLeast("ReLU and N(0, (3/√n)²): the same", large[0] / large[^1], 1e3);
        yield return Figure.Holds("a loss that overflows is told of", !double.IsFinite(Norms(DeepNet.Of(20, () => new ReLU(), w => Init.Constant(w, 1e6), null), context)[0]));
    }

    private static double[] Sigmoid(SystemContext context) => Norms(DeepNet.Of(20, () => new Sigmoid(), null, context.Random()), context);

    private static double[] ReLU(SystemContext context, Func<Shape, RandomStream, Tensor> init)
    {
        var random = context.Random();
        return Norms(DeepNet.Of(20, () => new ReLU(), shape => init(shape, random), random), context);
    }

    private static Tensor He(Shape shape, RandomStream random) => Init.KaimingNormal(shape, random);

    private static Tensor TooLarge(Shape shape, RandomStream random) => Init.Normal(shape, random, 0, 3 / Math.Sqrt(shape[1]));

    internal static double[] Norms(Module net, SystemContext context) => DeepNet.GradientNorms(net, context.Random(9).Normal([64, DeepNet.Width]));

    private static double Saturated(SystemContext context)
    {
        double beyond = 0, count = 0;
        var net = DeepNet.Of(20, () => new Sigmoid(), null, context.Random());
        Layer.Observe((layer, input, _) =>
        {
            if (layer is not Nn.Sigmoid) return;
            beyond += (input.Abs() > 4).Sum().Item();
            count += input.ElementCount;
        }, () => net.Forward(context.Random(9).Normal([64, DeepNet.Width])));
        return beyond / count;
    }
}
