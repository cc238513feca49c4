using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Section 4.1.1: XOR, which no line separates and a hidden layer does.</summary>
internal sealed class XorSystem() : CourseSystem("04.xor", "XOR: a linear model against one hidden layer",
    "XOR is not linearly separable; a network that combines simple models solves it.")
{
    private static readonly float[] Points = [0, 0, 0, 1, 1, 0, 1, 1];
    private static readonly float[] Answers = [0, 1, 1, 0];

    public override void Run(SystemContext context)
    {
        var (linear, linearLoss) = Train(new Linear(2, 1, random: new(context.Seed)), 0.1, 500);
        var (net, loss) = Train(Hidden(context.Seed), 0.05, 800);
        context.Out.WriteLine($"linear: {Accuracy(linear):P0} right, MSE {linearLoss:F4}");
        context.Out.WriteLine($"2-8-1:  {Accuracy(net):P0} right, MSE {loss:F6}");
        var area = new PlotArea(-0.5, 1.5, -0.5, 1.5);
        const int side = 60;
        var values = net.Forward(Tensor.From(area.GridPoints(side, side), [side * side, 2])).ToArray<float>();
        var ground = new double[side, side];
        for (var i = 0; i < values.Length; i++) ground[i / side, i % side] = Math.Clamp(values[i], 0, 1);
        var plot = DecisionBoundary.OfProbability("XOR by eight hidden units", area, ground);
        for (var i = 0; i < 4; i++) plot.AddPoint(Points[2 * i], Points[2 * i + 1], (int)Answers[i]);
        context.Draw("xor.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (linear, linearLoss) = Train(new Linear(2, 1, random: new(context.Seed)), 0.1, 500);
        var solved = Enumerable.Range(0, 10).Count(seed => Accuracy(Train(Hidden(context.Seed + seed), 0.05, 800).Model) == 1);
        return
        [
            Figure.AtMost("accuracy of the linear model", Accuracy(linear), 0.75),
            Figure.Equal("MSE of the linear model", linearLoss, 0.25, 1e-3),
            Figure.AtLeast("seeds of 10 that a hidden layer solves", solved, 9),
        ];
    }

    private static Sequential Hidden(long seed)
    {
        var random = new RandomStream(seed);
        return new(new Linear(2, 8, random: random), new Tanh(), new Linear(8, 1, random: random));
    }

    private static (Module Model, double Loss) Train(Module model, double rate, int steps)
    {
        Tensor x = Tensor.From(Points, [4, 2]), y = Tensor.From(Answers, [4, 1]);
        var optimizer = new Adam(model.Parameters(), rate);
        var step = Compiled.Of((input, target) =>
        {
            var loss = Loss.Mse(model.Forward(input), target);
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
            return loss;
        });
        double last = 0;
        for (var i = 0; i < steps; i++) last = step(x, y).Item();
        return (model, last);
    }

    private static double Accuracy(Module model)
    {
        var outputs = model.Forward(Tensor.From(Points, [4, 2])).ToArray<float>();
        return Enumerable.Range(0, 4).Count(i => outputs[i] > 0.5f == Answers[i] > 0.5f) / 4.0;
    }
}
