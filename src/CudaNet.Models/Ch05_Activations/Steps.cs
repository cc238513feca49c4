using CudaNet.Models.Ch04_Representation;
using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch05_Activations;

/// <summary>Section 5.4: all or nothing.</summary>
internal sealed class StepSystem() : CourseSystem("05.step", "Step: the first activation, which backpropagation cannot train",
    "The threshold was the first activation; its derivative is 0 almost everywhere, so it cannot be used in deep training.")
{
    public override void Run(SystemContext context)
    {
        var x = Tensor.Linspace(-2, 2, 401, DType.Float64);
        context.Draw("step.png", new CurvePlot("Step and Threshold(½, −1) are two functions", "x", "y").Add("step", x.ToDoubles(), x.Heaviside().ToDoubles()).Add("threshold", x.ToDoubles(), x.Threshold(0.5, -1).ToDoubles()));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var x = context.Random().Normal([1000]).Realize();
        yield return Figure.Equal("results that are neither 0 nor 1", x.Heaviside().ToDoubles().Count(v => v is not (0 or 1)), 0);
        yield return Figure.AtMost("Threshold(½, −1) of 0, ½, 2 minus −1, −1, 2", Differences.Largest(Tensor.From(0.0, 0.5, 2).Threshold(0.5, -1), -1, -1, 2), 0);
        var (points, classes) = Synthetic.GaussianMixture(200, [[-2, -1], [2, 1]], 0.6, context.Seed);
        yield return Figure.Equal("change of all weights in 100 steps of backpropagation", Moved(context, points, classes, straight: false), 0);
        yield return Figure.AtLeast("the same when gradients pass the step straight through", Moved(context, points, classes, straight: true), 1e-3);
        var (line, _) = LinearClassifier.Perceptron(points, classes);
        yield return Figure.Equal("share that the perceptron's rule gets right with a step", line.Forward(points).Flatten().Heaviside().Eq(classes.To(DType.Float32)).To(DType.Float32).Mean().Item(), 1);
    }

    private static double Moved(SystemContext context, Tensor points, Tensor classes, bool straight)
    {
        var random = context.Random(1);
        var net = new Sequential(new Linear(2, 8, random: random), new Heaviside(straightThrough: straight), new Linear(8, 1, random: random), new Heaviside(straightThrough: straight));
        var before = net.Parameters().Select(p => Tensor.From(p.Value.ToDoubles(), p.Shape)).ToArray();
        var y = classes.To(DType.Float32).Unsqueeze(1);
        Learn.Steps(new Sgd(net.Parameters(), 0.1), 100, () => Loss.Mse(net.Forward(points), y));
        return net.Parameters().Zip(before, (p, old) => Differences.Largest(p.Value, old)).Max();
    }
}

/// <summary>Section 5: without activations a deep net is one linear map.</summary>
internal sealed class WhyActivations() : CourseSystem("05.why", "Why activations: linear layers collapse into one",
    "Without activations a deep net equals one linear map.")
{
    public override void Run(SystemContext context)
    {
        var (points, classes) = Synthetic.Moons(300, 0.1, context.Seed);
        foreach (var (name, activation) in new (string, Func<Module>)[] { ("linear", () => new Identity()), ("tanh", () => new Tanh()) })
        {
            var net = Learn.Mlp(context.Random(), activation, 2, 16, 16, 2);
            Learn.Steps(new Adam(net.Parameters(), 0.02), 300, () => Loss.CrossEntropy(net.Forward(points), classes));
            context.Out.WriteLine($"three layers, {name}: {Learn.Accuracy(net, points, classes):P1}");
            context.Draw($"why-{name}.png", Pictures.Boundary($"Three layers, {name}", net.Forward, points, classes));
        }
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Linear a = new(4, 8, random: random), b = new(8, 8, random: random), c = new(8, 3, random: random);
        var x = random.Normal([10, 4]).Realize();
        // W = C·B·A, bias = C·(B·a + b) + c.
        var w = c.Weight.Value.MatMul(b.Weight.Value).MatMul(a.Weight.Value);
        var bias = Linear.Apply(Linear.Apply(a.Bias!.Value.Unsqueeze(0), b.Weight, b.Bias!), c.Weight, c.Bias!);
        yield return Figure.AtMost("three linear layers minus their product", Differences.Largest(c.Forward(b.Forward(a.Forward(x))), x.MatMul(w.T) + bias), 1e-6);
    }

    private sealed class Identity : Layer
    {
        protected override Tensor Compute(Tensor x) => x;
    }
}
