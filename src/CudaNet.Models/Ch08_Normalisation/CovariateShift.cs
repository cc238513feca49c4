using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch08_Normalisation;

/// <summary>Section 8.1: the inputs of the test are from another distribution, the answers are not.</summary>
internal sealed class CovariateShift() : CourseSystem("08.covariate-shift", "Covariate shift: digits by night",
    "P_train(X) ≠ P_test(X) while P(Y|X) is equal, as for cars by day and by night.")
{
    public override void Run(SystemContext context)
    {
        var digits = Digits.Load(context, 10, 10);
        context.Draw("covariate-shift.png", new ImageSheet("Digits by day and by night", [.. Enumerable.Range(0, 5).Select(i => Pictures.Grey(digits.TestX.Select(0, i).Reshape(28, 28), "day", 0, 1)),
            .. Enumerable.Range(0, 5).Select(i => Pictures.Grey(Night(digits.TestX).Select(0, i).Reshape(28, 28), "night", 0, 1))]));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var digits = Digits.Load(context, context.Pick(4000, 2000), 1000).Flat();
        var model = Learn.Mlp(context.Random(), () => new ReLU(), 784, 64, 10);
        Learn.Epochs(model, new Adam(model.Parameters(), 2e-3), digits.TrainX, digits.TrainY, 8, seed: context.Seed);
        yield return Figure.AtLeast("points of accuracy that the night costs", 100 * (Learn.Accuracy(model, digits.TestX, digits.TestY) - Learn.Accuracy(model, Night(digits.TestX), digits.TestY)), 5);
        var test = digits.TestX;
        yield return Figure.AtLeast("AUC of a detector of the shift", Detector(context, digits.TrainX.Narrow(0, 0, 1000), Night(test)), 0.9);
        yield return Figure.Equal("AUC of the same where there is none", Detector(context, digits.TrainX.Narrow(0, 0, 1000), test), 0.5, 0.07);
    }

    /// <summary>Less light and less contrast.</summary>
    private static Tensor Night(Tensor x) => (x * 0.4 + 0.05).Realize();

    /// <summary>A classifier of where a sample comes from, trained on one half of both; its AUC on the other half.</summary>
    private static double Detector(SystemContext context, Tensor a, Tensor b)
    {
        Tensor train = Tensor.Concat(a.Narrow(0, 0, 500), b.Narrow(0, 0, 500)).Realize(), held = Tensor.Concat(a.Narrow(0, 500, 500), b.Narrow(0, 500, 500));
        var y = Tensor.Concat(Tensor.Zeros([500]), Tensor.Ones([500]));
        var line = new Linear(784, 1, random: context.Random(5));
        Learn.Steps(new AdamW(line.Parameters(), 2e-3, weightDecay: 1), 100, () => Loss.BinaryCrossEntropyWithLogits(line.Forward(train).Flatten(), y));
        var score = line.Forward(held).ToDoubles();
        // The share of pairs in the right order (Mann, Whitney).
        return Enumerable.Range(0, 500).Average(i => Enumerable.Range(500, 500).Average(j => score[j] > score[i] ? 1 : score[j] == score[i] ? 0.5 : 0));
    }
}
