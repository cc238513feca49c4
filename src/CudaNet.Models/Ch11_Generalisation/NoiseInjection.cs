using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch11_Generalisation;

/// <summary>Section 11.2.3: for a linear model noise on inputs is weight decay: E‖(x + ξ)·w − y‖² = ‖x·w − y‖² + σ²‖w‖².</summary>
internal sealed class InputNoise() : CourseSystem("11.noise-inputs", "Noise on inputs acts as weight decay", "x + N(0, σ²): the noise is amplified by the weights, so they stay small.")
{
    private const double Sigma = 0.5;
    private const int N = 200, Features = 5;

    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        double[] sigmas = [0, 0.1, 0.2, 0.5, 1, 2];
        var (x, y) = Data(context);
        context.Draw("noise-inputs.png", new CurvePlot("Length of the weights by the noise on inputs", "σ", "‖w‖") { YMin = 0 }.Add("trained with noise", sigmas, [.. sigmas.Select(s => Trained(context, x, y, s).Norm().Item())]).Add(new CurveSeries("ridge, λ = σ²", sigmas, [.. sigmas.Select(s => Ridge(x, y, s).Norm().Item())]) { Dashed = true }));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (x, y) = Data(context);
        var w = context.Random(5).Normal([Features, 1], type: DType.Float64).Realize();
        var noise = new GaussianNoise(Sigma, context.Random(4));
        var expected = ((x.MatMul(w) - y).Square().Mean() + Sigma * Sigma * w.Square().Sum()).Item();
        var measured = (noise.Forward(x.Tile(2000, 1)).MatMul(w) - y.Tile(2000, 1)).Square().Mean().Item();
        yield return Figure.AtMost("loss with noise: off from loss + σ²‖w‖², relative", Math.Abs(measured / expected - 1), 0.01);
        yield return Figure.AtMost("weights trained with noise: off from ridge with λ = σ², relative", ((Trained(context, x, y, Sigma) - Ridge(x, y, Sigma)).Norm() / Ridge(x, y, Sigma).Norm()).Item(), 0.02);
        yield return Figure.AtLeast("the same for least squares without a penalty", ((Trained(context, x, y, Sigma) - Ridge(x, y, 0)).Norm() / Ridge(x, y, 0).Norm()).Item(), 0.1);
        yield return Figure.AtMost("evaluation minus identity", Differences.Largest(noise.Eval().Forward(x), x), 0);
    }

    private static (Tensor X, Tensor Y) Data(SystemContext context)
    {
        var x = context.Random().Normal([N, Features], type: DType.Float64).Realize();
        var w = Tensor.From([3.0, -2, 1, 0, 2], [Features, 1]);
        return (x, (x.MatMul(w) + context.Random(1).Normal([N, 1], 0, 0.5, DType.Float64)).Realize());
    }

    /// <summary>(XᵀX/n + σ²I)⁻¹Xᵀy/n.</summary>
    private static Tensor Ridge(Tensor x, Tensor y, double sigma) => Linalg.Solve(x.T.MatMul(x) / N + Tensor.Eye(Features, type: DType.Float64) * (sigma * sigma), x.T.MatMul(y) / N).Realize();

    private static Tensor Trained(SystemContext context, Tensor x, Tensor y, double sigma)
    {
        var noise = new GaussianNoise(sigma, context.Random(2));
        var w = new Parameter(Tensor.Zeros([Features, 1], DType.Float64), "w");
        Tensor many = x.Tile(20, 1).Realize(), targets = y.Tile(20, 1).Realize();
        // A rate that falls to 0 averages the noise of the gradients out.
        Learn.Steps(new Sgd([w], 0.1), 1000, () => Loss.Mse(noise.Forward(many).MatMul(w.Value), targets), new LinearSchedule(1000, 1, 0));
        return w.Value;
    }
}

/// <summary>Section 11.2 and table 5: noise between layers.</summary>
internal sealed class ActivationNoise() : CourseSystem("11.noise-activations", "Noise on activations", "Noise is added to the activations.")
{
    private const double Sigma = 0.5;

    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var digits = Digits.Load(context, 500, 1000).Flat();
        double[] sigmas = [0, 0.25, 0.5, 1, 2];
        context.Draw("noise-activations.png", new CurvePlot("500 digits: test accuracy by the noise on the hidden layer", "σ", "accuracy").Add("test", sigmas, [.. sigmas.Select(s =>
        {
            var model = Net(context, s);
            Learn.Steps(new Adam(model.Parameters(), 2e-3), 150, () => Loss.CrossEntropy(model.Forward(digits.TrainX), digits.TrainY));
            return Learn.Accuracy(model, digits.TestX, digits.TestY);
        })]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var x = context.Random(1).Uniform([1, 784]).Realize();
        var net = Net(context, Sigma);
        const int many = 4000;
        var y = net.Forward(x.Tile(many, 1)).Realize();
        var still = net.Eval().Forward(x);
        yield return Figure.AtMost("evaluation minus the net without the layer", Differences.Largest(still, Net(context, 0).Forward(x)), 0);
        // Behind the noise there is a linear layer, whose outputs have the mean of evaluation and the variance σ²·Σw².
        var deviation = (((Linear)net[3]).Weight.Value.Square().Sum(1) * (Sigma * Sigma)).Sqrt();
        yield return Figure.AtMost("mean of 4,000 outputs minus that of evaluation, in standard errors", ((y.Mean(0) - still.Squeeze()).Abs() / (deviation / Math.Sqrt(many))).Max().Item(), 4);
        yield return Figure.AtMost("their deviation: off from σ‖w‖, relative", (y.Std(0) / deviation - 1).Abs().Max().Item(), 0.05);
    }

    private static Sequential Net(SystemContext context, double sigma)
    {
        var random = context.Random();
        return new(new Linear(784, 64, random: random), new ReLU(), new GaussianNoise(sigma, context.Random(2)), new Linear(64, 10, random: random));
    }
}
