using System.Diagnostics;
using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Section 4.2, observation 1: features once, and then only a linear model.</summary>
internal sealed class LinearHead() : CourseSystem("04.linear-head", "Fixed features and a linear head: cheap to train",
    "Expanding the features and using them linearly is computationally cheaper.")
{
    private const int Hidden = 512;

    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var digits = Digits.Load(context, context.Pick(4000, 2000), 1000).Flat();
        int[] sizes = [16, 32, 64, 128, 256, Hidden];
        double[] accuracies = [.. sizes.Select(size => Exact(context, digits, size))];
        context.Draw("linear-head.png", new CurvePlot("Least squares on random features of digits", "features", "test accuracy in %") { LogX = true }
            .Add("accuracy", [.. sizes.Select(size => (double)size)], [.. accuracies.Select(a => 100 * a)]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var digits = Digits.Load(context, context.Pick(4000, 2000), 1000).Flat();
        var random = context.Random();
        var features = Fixed(random, Hidden).Forward(digits.TrainX).Realize();
        yield return Figure.AtLeast("test accuracy of least squares on random features", Exact(context, digits, Hidden), 0.85);
        var head = new Linear(Hidden, 10, random: random);
        var net = Learn.Mlp(random, () => new ReLU(), 784, Hidden, 10);
        double Epoch(Module model, Tensor x)
        {
            var loader = new Nn.Data.DataLoader(new Nn.Data.TensorDataset(x, digits.TrainY), 64, shuffle: true);
            var trainer = new Nn.Training.Trainer(model, new Adam(model.Parameters()));
            trainer.Fit(loader, epochs: 1);
            // The best of three: what else the machine does can only slow one down.
            return Enumerable.Range(2, 3).Min(epochs =>
            {
                var clock = Stopwatch.StartNew();
                trainer.Fit(loader, epochs: epochs);
                return clock.Elapsed.TotalSeconds;
            });
        }
        yield return Figure.AtMost("time of an epoch, linear head / whole net", Epoch(head, features) / Epoch(net, digits.TrainX), 1);
    }

    private static Sequential Fixed(RandomStream random, int size) => new Sequential(new Linear(784, size, random: random), new ReLU()).RequiresGrad(false);

    /// <summary>Test accuracy of the head in closed form: (FᵀF + λI)⁻¹Fᵀ·onehot.</summary>
    private static double Exact(SystemContext context, Digits digits, int size)
    {
        var layers = Fixed(context.Random(), size);
        Tensor f = layers.Forward(digits.TrainX).Realize(), test = layers.Forward(digits.TestX).Realize();
        var solution = Linalg.Solve(f.T.MatMul(f) + Tensor.Eye(size) * 10, f.T.MatMul(digits.TrainY.OneHot(10, DType.Float32)));
        return test.MatMul(solution).ArgMax(-1).Eq(digits.TestY).To(DType.Float32).Mean().Item();
    }
}
