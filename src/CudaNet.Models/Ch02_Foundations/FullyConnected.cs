using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch02_Foundations;

/// <summary>Section 2.5: neurons in layers, each connected to all of the layer before.</summary>
internal sealed class FullyConnected() : CourseSystem("02.mlp", "A network of three fully connected layers",
    "Neurons of a layer are connected to all of the one before, and layers are stacked.")
{
    public override void Run(SystemContext context)
    {
        var (points, classes) = Nn.Data.Synthetic.Moons(400, 0.1, context.Seed);
        var net = Learn.Mlp(context.Random(), () => new Tanh(), 2, 16, 16, 2);
        var losses = Learn.Steps(new Nn.Optimizers.Adam(net.Parameters(), 0.02), 300, () => Loss.CrossEntropy(net.Forward(points), classes));
        context.Out.WriteLine($"2-16-16-2 on two moons: loss {losses[0]:F3} → {losses[^1]:F4}, {Learn.Accuracy(net, points, classes):P1} right");
        context.Draw("mlp.png", Pictures.Boundary("Three layers part two moons", net.Forward, points, classes));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var net = Learn.Mlp(context.Random(), () => new Tanh(), 3, 5, 4, 2);
        var x = context.Random(1).Normal([6, 3]).Realize();
        Tensor Forward(Tensor[] at) => Linear.Apply(Linear.Apply(Linear.Apply(at[0], at[1], at[2]).Tanh(), at[3], at[4]).Tanh(), at[5], at[6]);
        Tensor[] all = [x, .. net.Parameters().Select(p => p.Value)];
        yield return Figure.AtMost("network minus the same by hand", Differences.Largest(net.Forward(x), Forward(all)), 1e-6);
        yield return Figure.AtMost("gradient of input, weights and biases minus differences", Differences.OfGradient(Forward, all), 1e-5);
        yield return Figure.Equal("parameters of 3-5-4-2", net.ParameterCount, 3 * 5 + 5 + 5 * 4 + 4 + 4 * 2 + 2);
    }
}
