using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch03_Multiplicative;

/// <summary>Section 3.1: a gate that turns experts on and off.</summary>
internal sealed class Experts() : CourseSystem("03.mixture-of-experts", "Mixture of experts on a line with a bend",
    "A gate with softmax turns expert sub-networks on and off.")
{
    public override void Run(SystemContext context)
    {
        var (mixture, x, _) = Train(context);
        double[] at = x.ToDoubles(), weights = mixture.Weights(x).ToDoubles();
        context.Out.WriteLine($"MSE {Error(mixture, x):E1}; weight of the better expert at −1 and 1: {Math.Max(weights[0], weights[1]):F3}, {Math.Max(weights[^1], weights[^2]):F3}");
        context.Draw("mixture-of-experts.png", new CurvePlot("Two linear experts and their gate", "x", "y")
            .Add("mixture", at, mixture.Forward(x).ToDoubles())
            .Add(new CurveSeries("expert 1", at, mixture.Experts[0].Forward(x).ToDoubles()) { Dashed = true })
            .Add(new CurveSeries("expert 2", at, mixture.Experts[1].Forward(x).ToDoubles()) { Dashed = true })
            .Add("gate of expert 1", at, [.. weights.Where((_, i) => i % 2 == 0)]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (mixture, x, linear) = Train(context);
        var error = Error(mixture, x);
        yield return Figure.AtMost("MSE of two linear experts", error, 1e-3);
        yield return Figure.AtLeast("MSE of one linear net / that of the experts", Error(linear, x) / error, 10);
        var left = mixture.Weights(x.Narrow(0, 0, 90)).Mean(0).ToDoubles();
        var right = mixture.Weights(x.Narrow(0, 111, 90)).Mean(0).ToDoubles();
        yield return Figure.AtLeast("gate on each side, off the bend", Math.Min(left.Max(), right.Max()), 0.95);
        yield return Figure.Holds("another expert on each side", left[0] > left[1] != right[0] > right[1]);
        // Scores times 1000 make the gate one-hot: choosing the best expert is then the same as mixing all.
        var hard = new Sequential(mixture.Gate, new Scale(1000));
        var rows = x.Narrow(0, 0, 50);
        yield return Figure.AtMost("top 1 minus dense when the gate is one-hot",
            Differences.Largest(new MixtureOfExperts(hard, mixture.Experts, 1).Forward(rows), new MixtureOfExperts(hard, mixture.Experts).Forward(rows)), 1e-6);
    }

    private static double Error(Module model, Tensor x) => Loss.Mse(model.Forward(x), Target(x)).Item();

    /// <summary>y = −x on the left, 2x on the right.</summary>
    private static Tensor Target(Tensor x) => (-x).Maximum(x * 2);

    private static (MixtureOfExperts Mixture, Tensor X, Module Linear) Train(SystemContext context)
    {
        var random = context.Random();
        var x = Tensor.Linspace(-1, 1, 201).Reshape(201, 1).Realize();
        var mixture = new MixtureOfExperts(new Linear(1, 2, random: random), [new Linear(1, 1, random: random), new Linear(1, 1, random: random)]);
        var linear = new Linear(1, 1, random: random);
        foreach (var model in new Module[] { mixture, linear })
            Learn.Steps(new Adam(model.Parameters(), 0.05), 3000, () => Loss.Mse(model.Forward(x), Target(x)));
        return (mixture, x, linear);
    }

    private sealed class Scale(double factor) : Layer
    {
        protected override Tensor Compute(Tensor x) => x * factor;
    }
}
