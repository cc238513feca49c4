using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Training;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch11_Generalisation;

/// <summary>Section 11.2.3: noise on weights, for the length of a step.</summary>
internal sealed class WeightNoiseSystem() : CourseSystem("11.noise-weights", "Noise on weights: perturb, forward, backward, restore", "Noise is added to the weights.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var digits = Digits.Load(context, 500, 1000).Flat();
        double[] sigmas = [0, 0.02, 0.05, 0.1, 0.2];
        context.Draw("noise-weights.png", new CurvePlot("500 digits: test accuracy by the noise on weights in training", "σ", "accuracy").Add("test", sigmas, [.. sigmas.Select(s =>
        {
            var model = Learn.Mlp(context.Random(), () => new ReLU(), 784, 64, 10);
            Train(context, model, digits.TrainX, digits.TrainY, s, 0.1, 200);
            return Learn.Accuracy(model, digits.TestX, digits.TestY);
        })]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var digits = Digits.Load(context, 100, 1).Flat();
        var model = Learn.Mlp(context.Random(), () => new Tanh(), 784, 16, 10);
        Tensor[] before = [.. model.Parameters().Select(p => p.Value.Realize())];
        Tensor[] Now() => [.. model.Parameters().Select(p => p.Value.Realize())];
        Train(context, model, digits.TrainX, digits.TrainY, 0.1, 0, 3);
        yield return Figure.AtMost("weights after three steps of rate 0 minus before, bit for bit", Now().Zip(before, Differences.Largest).Max(), 0);
        // The update by hand: the gradient at w + σζ, with the same ζ, taken from w.
        const double rate = 0.5, sigma = 0.1;
        var random = context.Random(1);
        Tensor[] noisy = [.. before.Select(w => (w + random.Normal(w.Shape, 0, sigma)).Realize())];
        var gradients = Grad.Of(Loss.CrossEntropy(Linear.Apply(Linear.Apply(digits.TrainX, noisy[0], noisy[1]).Tanh(), noisy[2], noisy[3]), digits.TrainY), noisy);
        Train(context, model, digits.TrainX, digits.TrainY, sigma, rate, 1);
        yield return Figure.AtMost("weights after a step minus w − η·gradient at w + σζ", Now().Select((w, k) => Differences.Largest(w, before[k] - gradients[k] * rate)).Max(), 1e-6);
        yield return Figure.AtLeast("how far the step moved them", Now().Zip(before, Differences.Largest).Max(), 1e-3);
    }

    private static void Train(SystemContext context, Module model, Tensor x, Tensor y, double sigma, double rate, int steps)
    {
        var sgd = new Sgd(model.Parameters(), rate);
        var random = context.Random(1);
        var step = Compiled.Of(data =>
        {
            sgd.ZeroGrad();
            Tensor loss;
            using (new WeightNoise(model.Parameters(), sigma, random))
            {
                loss = Loss.CrossEntropy(model.Forward(data[0]), data[1]);
                loss.Backward();
            }
            sgd.Step();
            return [loss];
        });
        for (var k = 0; k < steps; k++) step([x, y])[0].Realize();
    }
}
