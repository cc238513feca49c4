using System.Runtime.CompilerServices;
using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Initializers;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Sections 2.7 and 7.1.2, observation 4.</summary>
internal sealed class ZeroInit() : CourseSystem("07.zero-init", "Equal first weights: the symmetry never breaks",
    "Equal weights get equal updates, so hidden units stay equal.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        context.Draw("zero-init.png", new ImageSheet("First-layer weights of 8 hidden units after training", [Pictures.Grey(Train(context, 0.1), "all began at 0.1"), Pictures.Grey(Train(context, null), "at random")]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        foreach (var constant in new[] { 0, 0.1 })
        {
            var w = Train(context, constant);
            yield return Figure.Equal($"all {constant}: greatest difference of hidden units after 100 steps", (w - w.Narrow(0, 0, 1)).Abs().Max().Item(), 0);
        }
        var random = Train(context, null);
        yield return Figure.AtLeast("random: the same", (random - random.Narrow(0, 0, 1)).Abs().Max().Item(), 0.01);
    }

    private static Tensor Train(SystemContext context, double? constant)
    {
        var net = Learn.Mlp(context.Random(), () => new Tanh(), 6, 8, 1);
        if (constant is { } value)
            foreach (var parameter in net.Parameters()) parameter.Assign(Init.Constant(parameter.Shape, value));
        var x = context.Random(1).Normal([64, 6]).Realize();
        var y = x.Narrow(1, 0, 1).Sin().Realize();
        Learn.Steps(new Adam(net.Parameters(), 0.01), 100, () => Loss.Mse(net.Forward(x), y));
        return ((Linear)net[0]).Weight.Value;
    }
}
