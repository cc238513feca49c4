using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch11_Generalisation;

/// <summary>Sections 11.1, 11.1.1 and 11.2: too weak, right, too strong.</summary>
internal sealed class Overfitting() : CourseSystem("11.overfitting", "Underfitting and overfitting by the degree of a polynomial",
    "A strong model models noise and accidents of sampling, and a weak one underfits.")
{
    public override void Run(SystemContext context)
    {
        int[] degrees = [.. Enumerable.Range(1, 15)];
        var errors = degrees.Select(degree => Errors(context, degree)).ToArray();
        context.Draw("overfitting.png", new CurvePlot("20 samples of a sine with noise", "degree", "mean squared error") { LogY = true, WholeX = true }
            .Add("training", [.. degrees.Select(d => (double)d)], [.. errors.Select(e => e.Train)]).Add("test", [.. degrees.Select(d => (double)d)], [.. errors.Select(e => e.Test)]));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (weak, right, strong) = (Errors(context, 1), Errors(context, 5), Errors(context, 15));
        yield return Figure.AtLeast("degree 15: test error / training error", strong.Test / strong.Train, 10);
        yield return Figure.AtLeast("degree 1: training error / that of degree 5", weak.Train / right.Train, 3);
        yield return Figure.AtLeast("degree 1: test error / that of degree 5", weak.Test / right.Test, 3);
    }

    /// <summary>Least squares on 1, x, …, x^d for y = sin 4x with noise of deviation 0.2.</summary>
    private static (double Train, double Test) Errors(SystemContext context, int degree)
    {
        var random = context.Random();
        Tensor x = random.Uniform([20], -1, 1, DType.Float64).Realize(), y = ((x * 4).Sin() + random.Normal([20], 0, 0.2, DType.Float64)).Realize();
        Tensor u = Tensor.Linspace(-1, 1, 200, DType.Float64), v = ((u * 4).Sin() + random.Normal([200], 0, 0.2, DType.Float64)).Realize();
        Tensor Powers(Tensor t) => Tensor.Stack([.. Enumerable.Range(0, degree + 1).Select(k => t.Pow(k))], 1);
        var w = Linalg.Pinv(Powers(x)).MatMul(y.Unsqueeze(1)).Realize();
        return ((Powers(x).MatMul(w).Flatten() - y).Square().Mean().Item(), (Powers(u).MatMul(w).Flatten() - v).Square().Mean().Item());
    }
}

/// <summary>Section 11.1: a big model can fit anything (Zhang and others 2017).</summary>
internal sealed class Memorisation() : CourseSystem("11.memorisation", "Memorising random labels", "A big model can fit noise.")
{
    public override void Run(SystemContext context)
    {
        var (train, test, losses) = Train(context);
        context.Out.WriteLine($"random labels: {train:P1} of the training samples are right, {test:P1} of others");
        context.Draw("memorisation.png", Pictures.Curves("A net learns 500 random labels by heart", "loss", true, ("loss", losses)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (train, test, _) = Train(context);
        yield return Figure.AtLeast("training accuracy on random labels", train, 0.99);
        yield return Figure.Equal("test accuracy: chance of ten classes", test, 0.1, 0.05);
    }

    private static (double Train, double Test, double[] Losses) Train(SystemContext context)
    {
        var digits = Digits.Load(context, 500, 1000).Flat();
        Tensor y = context.Random(1).Integers([500], 0, 10).Realize(), v = context.Random(2).Integers([1000], 0, 10).Realize();
        var net = Learn.Mlp(context.Random(), () => new ReLU(), 784, 256, 10);
        var losses = Learn.Steps(new Adam(net.Parameters(), 2e-3), 150, () => Loss.CrossEntropy(net.Forward(digits.TrainX), y));
        return (Learn.Accuracy(net, digits.TrainX, y), Learn.Accuracy(net, digits.TestX, v), losses);
    }
}
