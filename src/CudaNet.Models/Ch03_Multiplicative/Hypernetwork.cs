using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch03_Multiplicative;

/// <summary>Section 3.1: a network whose result is the weights of another (Ha, Dai, Le 2017).</summary>
internal sealed class Hypernetwork() : CourseSystem("03.hypernetwork", "A network that makes the weights of another",
    "Weights can be the output of another network, and one controller can drive many.")
{
    private const int Points = 16;

    public override void Run(SystemContext context)
    {
        var generator = Train(context);
        var x = Tensor.Linspace(-1, 1, 21).Reshape(1, 21, 1);
        var plot = new CurvePlot("Lines for task codes z = (a, b) that were never seen", "x", "y");
        foreach (var (a, b) in new[] { (0.8f, -0.3f), (-0.5f, 0.4f), (0.1f, 0.7f) })
        {
            var y = Main(generator, Tensor.From([a, b], [1, 2]), x).ToDoubles();
            plot.Add($"z = ({a}, {b})", x.ToDoubles(), y);
            context.Out.WriteLine($"z = ({a}, {b}): y(−1) = {y[0]:F3}, y(1) = {y[^1]:F3}; wanted {b - a:F3}, {b + a:F3}");
        }
        context.Draw("hypernetwork.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var generator = Train(context);
        var (z, x, y) = Tasks(context.Random(7), 200);
        yield return Figure.AtMost("MSE over 200 task codes that were not trained", Loss.Mse(Main(generator, z, x), y).Item(), 1e-3);
        Loss.Mse(Main(generator, z, x), y).Backward();
        yield return Figure.Equal("parameters of the generator that the loss of the main net does not reach", generator.Parameters().Count(p => p.Grad is null), 0);
    }

    /// <summary>The main net y = w·x + c has no parameters: w and c are what the generator says for the task code z.</summary>
    private static Tensor Main(Module generator, Tensor z, Tensor x)
    {
        var weights = generator.Forward(z);                                     // [tasks, 2]
        return x * weights.Narrow(1, 0, 1).Unsqueeze(1) + weights.Narrow(1, 1, 1).Unsqueeze(1);
    }

    private static Sequential Train(SystemContext context)
    {
        var generator = Learn.Mlp(context.Random(), () => new Tanh(), 2, 32, 2);
        var random = context.Random(1);
        Learn.Steps(new Adam(generator.Parameters(), 5e-3), 1000, _ =>
        {
            var (z, x, y) = Tasks(random, 64);
            return [z, x, y];
        }, data => Loss.Mse(Main(generator, data[0], data[1]), data[2]));
        return generator;
    }

    /// <summary>Task codes z = (a, b) and samples of their lines y = a·x + b.</summary>
    private static (Tensor Z, Tensor X, Tensor Y) Tasks(RandomStream random, int count)
    {
        Tensor z = random.Uniform([count, 2], -1, 1).Realize(), x = random.Uniform([count, Points, 1], -1, 1).Realize();
        return (z, x, (x * z.Narrow(1, 0, 1).Unsqueeze(1) + z.Narrow(1, 1, 1).Unsqueeze(1)).Realize());
    }
}
