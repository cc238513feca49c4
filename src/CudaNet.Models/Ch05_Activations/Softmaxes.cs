using System.Runtime.CompilerServices;
using CudaNet.Models.Systems;
using CudaNet.Nn.Training;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch05_Activations;

/// <summary>Section 5.5: functions of all scores together.</summary>
internal abstract class OfScores(string id, string title, string sentence, Func<Tensor, Tensor> f, Func<double[], double[]> formula, [CallerFilePath] string file = "") : CourseSystem(id, title, sentence, file)
{
    public override void Run(SystemContext context)
    {
        context.Out.WriteLine($"of (2, 1.5, −1): {f(Tensor.From(2, 1.5, -1))}");
        double[] at = [.. Enumerable.Range(0, 101).Select(i => -5 + i * 0.1)];
        var plot = new CurvePlot(Title, "x₁, beside x₂ = 0 and x₃ = 1", "result");
        for (var k = 0; k < 3; k++) plot.Add($"{"first second third".Split(' ')[k]}", at, [.. at.Select(x => f(Tensor.From(x, 0, 1)).ToDoubles()[k])]);
        context.Draw($"{Id[3..]}.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var x = (context.Random().Normal([20]) * 3).Realize();
        yield return Figure.AtMost("single precision minus formula, relative", f(x).ToDoubles().Zip(formula(x.ToDoubles()), (a, b) => Math.Abs(a / b - 1)).Max(), 1e-5);
        yield return Figure.AtMost("gradient minus differences", Differences.OfGradient(at => f(at[0]), x), 1e-5);
        foreach (var figure in Extra(x)) yield return figure;
    }

    protected abstract IEnumerable<Figure> Extra(Tensor x);
}

/// <summary>e^{xᵢ}/Σe^{xⱼ}.</summary>
internal sealed class SoftmaxSystem() : OfScores("05.softmax", "Softmax: scores to probabilities", "e^{xᵢ}/Σe^{xⱼ} adds up to 1 and exaggerates gaps.",
    x => x.Softmax(), x => Array.ConvertAll(x, v => Math.Exp(v) / x.Sum(Math.Exp)))
{
    protected override IEnumerable<Figure> Extra(Tensor x)
    {
        yield return Figure.Equal("sum", x.Softmax().Sum().Item(), 1, 1e-6);
        yield return Figure.AtMost("change by adding 100 to all", Differences.Largest((x + 100).Softmax(), x.Softmax()), 1e-5);
        yield return Figure.AtMost("scores of 10,000, 0, −10,000: distance from 1, 0, 0", Differences.Largest(Tensor.From(1e4f, 0, -1e4f).Softmax(), 1, 0, 0), 0);
        var cube = Tensor.Arange(0, 24, 1.0).Sin().Reshape(2, 3, 4);
        yield return Figure.AtMost("along the middle axis: distance of sums from 1", Differences.Largest(cube.Softmax(1).Sum(1), Tensor.Ones([2, 4])), 1e-6);
    }
}

/// <summary>e^{−xᵢ}/Σe^{−xⱼ}.</summary>
internal sealed class SoftminSystem() : OfScores("05.softmin", "Softmin: the least score gets most", "e^{−xᵢ}/Σe^{−xⱼ}.",
    x => x.Softmin(), x => Array.ConvertAll(x, v => Math.Exp(-v) / x.Sum(w => Math.Exp(-w))))
{
    protected override IEnumerable<Figure> Extra(Tensor x)
    {
        yield return Figure.AtMost("softmin(x) minus softmax(−x)", Differences.Largest(x.Softmin(), (-x).Softmax()), 1e-7);
    }
}

/// <summary>x − ln Σe^{xⱼ}.</summary>
internal sealed class LogSoftmaxSystem() : OfScores("05.log-softmax", "LogSoftmax: logarithms that stay finite", "The logarithm of the softmax, for stability.",
    x => x.LogSoftmax(), x => Array.ConvertAll(x, v => v - Math.Log(x.Sum(Math.Exp))))
{
    protected override IEnumerable<Figure> Extra(Tensor x)
    {
        yield return Figure.AtMost("scores of 10,000 and 0: distance from 0 and −10,000", Differences.Largest(Tensor.From(1e4f, 0).LogSoftmax(), 0, -1e4), 0);
        yield return Figure.Holds("log(softmax) is not finite there", !double.IsFinite(Tensor.From(1e4f, 0).Softmax().Log().Min().Item()));
        yield return Figure.Equal("sum of the exponentials", x.LogSoftmax().Exp().Sum().Item(), 1, 1e-6);
    }
}

/// <summary>Observation 2. The notes drop the exponentials on the way.</summary>
internal sealed class TwoClasses() : OfScores("05.sigmoid-as-softmax", "The sigmoid is a softmax of two classes", "With two classes and the second score 0, softmax is the sigmoid.",
    x => Tensor.Stack([x, x.ZerosLike()], -1).Softmax().Select(-1, 0), x => Array.ConvertAll(x, v => Math.Exp(v) / (Math.Exp(v) + 1)))
{
    protected override IEnumerable<Figure> Extra(Tensor x)
    {
        yield return Figure.AtMost("softmax([x, 0])₁ minus σ(x)", Differences.Largest(Tensor.Stack([x, x.ZerosLike()], -1).Softmax().Select(-1, 0), x.Sigmoid()), 1e-7);
    }
}

/// <summary>Section 5.5: what a probability says of the trust in an answer, and whether it may be trusted.</summary>
internal sealed class Confidence() : CourseSystem("05.confidence", "Confidence: greatest probability, entropy, calibration",
    "Probabilities quantify the model's trust in its choice.")
{
    public override void Run(SystemContext context)
    {
        var digits = Digits.Load(context, context.Pick(4000, 2000)).Flat();
        var model = Learn.Mlp(context.Random(), () => new Nn.ReLU(), 784, 64, 10);
        Learn.Epochs(model, new Nn.Optimizers.Adam(model.Parameters(), 2e-3), digits.TrainX, digits.TrainY, 10, seed: context.Seed);
        var p = model.Forward(digits.TestX).Softmax();
        double[] confidence = p.Max(-1).ToDoubles(), right = p.ArgMax(-1).Eq(digits.TestY).ToDoubles();
        var bins = Enumerable.Range(0, 10).Select(b => Enumerable.Range(0, right.Length).Where(i => Math.Min(9, (int)(confidence[i] * 10)) == b).ToList()).Where(bin => bin.Count > 4).ToList();
        context.Out.WriteLine($"mean confidence {confidence.Average():P1}, right {right.Average():P1}, calibration error {Calibration.ExpectedError(confidence, [.. right.Select(r => r > 0)]):F3}");
        context.Draw("confidence.png", new CurvePlot("How often the model is right, by how sure it is", "confidence", "share of right answers")
            .Add("model", [.. bins.Select(bin => bin.Average(i => confidence[i]))], [.. bins.Select(bin => bin.Average(i => right[i]))])
            .Add(new CurveSeries("perfect", [0.3, 1], [0.3, 1]) { Dashed = true }));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        // Bins of a tenth: 0.9 and 0.8 stand alone and are right, 0.6 (wrong) and 0.55 (right) share one.
        // ¼·|1 − 0.9| + ¼·|1 − 0.8| + ½·|½ − 0.575| = 0.1125.
        yield return Figure.Equal("calibration error of four answers", Calibration.ExpectedError([0.9, 0.8, 0.6, 0.55], [true, true, false, true]), 0.1125, 1e-12);
        var even = Tensor.From(3.0, 3, 3, 3).Softmax();
        yield return Figure.Equal("entropy of four equal scores, in units of ln 4", (-(even * even.Log()).Sum() / Math.Log(4)).Item(), 1, 1e-12);
        yield return Figure.Equal("greatest probability of (ln 3, 0)", Tensor.From(Math.Log(3), 0).Softmax().Max().Item(), 0.75, 1e-12);
    }
}
