using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch06_Losses;

/// <summary>Sections 6.5 and 6.5.1. The notes' worked example is wrong: its probabilities add up to 0.836.</summary>
internal sealed class NegativeLogLikelihood() : LossSystem("06.nll", "Negative log likelihood, with and without class weights", "−(1/N)Σ log P(yᵢ|xᵢ) takes log-probabilities; weights count rare classes more.", "score of the true class beside 0")
{
    protected override IEnumerable<(string Name, Func<Tensor, Tensor> Loss)> Curves => [("−log P", x => -x.LogSigmoid())];

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor rows = Tensor.From(new[,] { { 2.0, 1.5, -1 }, { 0, 1, 0 }, { 0.5, -0.5, 0 } }), targets = Tensor.From(0L, 1, 2), weights = Of(1, 2, 0.5);
        var log = Of(2, 1.5, -1).LogSoftmax();
        yield return Figure.AtMost("log-softmax of (2, 1.5, −1): distance from (−0.5046, −1.0046, −3.5046)", Differences.Largest(log, -0.5046, -1.0046, -3.5046), 5e-5);
        yield return Figure.AtMost("costs of class 0 and class 2 there: distance from 0.5046 and 3.5046",
            Math.Max(Math.Abs(Loss.Nll(log.Unsqueeze(0), Tensor.From(0L)).Item() - 0.5046), Math.Abs(Loss.Nll(log.Unsqueeze(0), Tensor.From(2L)).Item() - 3.5046)), 5e-5);
        foreach (var figure in Matches("NLL of three rows", at => Loss.Nll(at[0].LogSoftmax(), at[1]), 0.7454371, rows, targets)) yield return figure;
        foreach (var figure in Matches("weighted, divided by Σw", at => Loss.Nll(at[0].LogSoftmax(), at[1], weight: weights.To(at[0].DType)), 0.6278918, rows, targets)) yield return figure;
        foreach (var figure in Matches("weighted, divided by N as in the notes", at => Loss.Nll(at[0].LogSoftmax(), at[1], LossReduction.BatchMean, weights.To(at[0].DType)), 0.7325404, rows, targets)) yield return figure;
    }
}

/// <summary>Section 6.6.</summary>
internal sealed class CrossEntropySystem() : LossSystem("06.cross-entropy", "Cross entropy of scores", "−Σ y·log ŷ, with the log-softmax inside.", "score of the true class beside 0")
{
    protected override IEnumerable<(string Name, Func<Tensor, Tensor> Loss)> Curves =>
        [.. new[] { 0.0, 0.1 }.Select(s => ($"label smoothing {s}", (Func<Tensor, Tensor>)(x => Tensor.Stack([x, x.ZerosLike()], 1).CrossEntropy(Tensor.Zeros([x.Shape[0]], DType.Int64), LossReduction.None, labelSmoothing: s))))];

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor x = (context.Random().Normal([6, 5], type: DType.Float64) * 2).Realize(), y = context.Random(1).Integers([6], 0, 5).Realize();
        yield return Figure.AtMost("cross entropy minus NLL of log-softmax", Math.Abs(Loss.CrossEntropy(x, y).Item() - Loss.Nll(x.LogSoftmax(), y).Item()), 1e-6);
        yield return Figure.AtMost("gradient minus (softmax − one-hot)/N", Differences.Largest(Grad.Of(Loss.CrossEntropy(x, y), x), (x.Softmax() - y.OneHot(5, DType.Float64)) / 6), 1e-12);
        yield return Figure.AtMost("gradient minus differences", Differences.OfGradient(at => Loss.CrossEntropy(at[0], y), x), 1e-5);
        yield return Figure.AtMost("targets as probabilities minus targets as classes", Math.Abs(Loss.CrossEntropy(x, y.OneHot(5, DType.Float64)).Item() - Loss.CrossEntropy(x, y).Item()), 1e-12);
        yield return Figure.Equal("of scores 10,000 and 0, class 1", Loss.CrossEntropy(Tensor.From(new[,] { { 1e4f, 0 } }), Tensor.From(1L)).Item(), 1e4);
        var ignored = Tensor.From(0L, 1, -100, 2, -100, 3);
        var kept = Tensor.From(0L, 1, 3, 5);
        yield return Figure.AtMost("ignoring two samples minus leaving them out",
            Math.Abs(Loss.CrossEntropy(x, ignored, ignoreIndex: -100).Item() - Loss.CrossEntropy(x.Take(kept), Tensor.From(0L, 1, 2, 3)).Item()), 1e-12);
    }
}

/// <summary>Sections 6.8 and 6.10. The notes print −(1/N)Σ −[…]: one minus is right.</summary>
internal sealed class BinaryCrossEntropySystem() : LossSystem("06.bce", "Binary cross entropy of probabilities", "−(1/N)Σ w[y·log x + (1 − y)·log(1 − x)].", "logit")
{
    protected override IEnumerable<(string Name, Func<Tensor, Tensor> Loss)> Curves =>
        [("y = 1", x => Loss.BinaryCrossEntropy(x.Sigmoid(), x.OnesLike(), LossReduction.None)), ("y = 0", x => Loss.BinaryCrossEntropy(x.Sigmoid(), x.ZerosLike(), LossReduction.None))];

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor p = Of(0.2, 0.9, 0.6), y = Of(0, 1, 1);
        foreach (var figure in Matches("BCE of (0.2, 0.9, 0.6) against (0, 1, 1)", at => Loss.BinaryCrossEntropy(at[0], y.To(at[0].DType)), -(Math.Log(0.8) + Math.Log(0.9) + Math.Log(0.6)) / 3, p)) yield return figure;
        var certain = Loss.BinaryCrossEntropy(Of(0, 1, 0, 1), Of(0, 1, 1, 0), LossReduction.None).ToDoubles();
        yield return Figure.Holds("never negative, and finite for probabilities of 0 and 1", certain.All(v => double.IsFinite(v) && v >= 0));
        yield return Figure.Equal("cost of a certain mistake", certain[2], 100);
        yield return Figure.AtMost("weight 2 minus the sample twice", Math.Abs(Loss.BinaryCrossEntropy(p, y, LossReduction.Sum, Of(2, 1, 1)).Item() - Loss.BinaryCrossEntropy(Of(0.2, 0.2, 0.9, 0.6), Of(0, 0, 1, 1), LossReduction.Sum).Item()), 1e-12);
    }
}

/// <summary>Section 6.10.</summary>
internal sealed class BinaryCrossEntropyOfLogits() : LossSystem("06.bce-logits", "Binary cross entropy of logits", "The sigmoid is inside, so it is stable.", "logit")
{
    protected override IEnumerable<(string Name, Func<Tensor, Tensor> Loss)> Curves =>
        [("y = 1", x => Loss.BinaryCrossEntropyWithLogits(x, x.OnesLike(), LossReduction.None)), ("y = 1, positive weight 3", x => Loss.BinaryCrossEntropyWithLogits(x, x.OnesLike(), LossReduction.None, positiveWeight: x.OnesLike() * 3))];

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor x = Of(0.5, -1.2, 2), y = Of(1, 0, 1);
        foreach (var figure in Matches("of (0.5, −1.2, 2) against (1, 0, 1)", at => Loss.BinaryCrossEntropyWithLogits(at[0], at[1]), 0.2880958, x, y)) yield return figure;
        yield return Figure.AtMost("minus BCE of the sigmoid", Math.Abs(Loss.BinaryCrossEntropyWithLogits(x, y).Item() - Loss.BinaryCrossEntropy(x.Sigmoid(), y).Item()), 1e-7);
        yield return Figure.AtMost("at ±1000 against (1, 0, 0, 1): distance from 0, 0, 1000, 1000",
            Differences.Largest(Loss.BinaryCrossEntropyWithLogits(Tensor.From(1000f, -1000, 1000, -1000), Tensor.From(1f, 0, 0, 1), LossReduction.None), 0, 0, 1000, 1000), 0);
        yield return Figure.AtMost("positive weight 2 minus the positive samples twice", Math.Abs(Loss.BinaryCrossEntropyWithLogits(x, y, LossReduction.Sum, positiveWeight: Of(2)).Item()
            - Loss.BinaryCrossEntropyWithLogits(Of(0.5, 0.5, -1.2, 2, 2), Of(1, 1, 0, 1, 1), LossReduction.Sum).Item()), 1e-12);
    }
}

/// <summary>Section 6.9.</summary>
internal sealed class KullbackLeibler() : LossSystem("06.kl", "Kullback–Leibler divergence", "Σ P log(P/Q) of a target P and a prediction Q.", "score of Q's first class beside 0; P = (¾, ¼)")
{
    protected override IEnumerable<(string Name, Func<Tensor, Tensor> Loss)> Curves =>
        [("KL(P, Q)", x => Loss.KlDiv(Tensor.Stack([x.LogSigmoid(), (-x).LogSigmoid()], 1), Of(0.75, 0.25).ExpandTo([x.Shape[0], 2]), LossReduction.None).Sum(1))];

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor p = Of(0.5, 0.3, 0.2), q = Of(0.4, 0.4, 0.2);
        foreach (var figure in Matches("KL of (0.5, 0.3, 0.2) and (0.4, 0.4, 0.2)", at => Loss.KlDiv(at[0].Log(), at[1], LossReduction.Sum), 0.0252672, q, p)) yield return figure;
        yield return Figure.Equal("KL of a distribution and itself", Loss.KlDiv(p.Log(), p, LossReduction.Sum).Item(), 0, 1e-15);
        var random = context.Random();
        Tensor a = random.Normal([100, 4], type: DType.Float64).Softmax().Realize(), b = random.Normal([100, 4], type: DType.Float64).Softmax().Realize();
        yield return Figure.AtLeast("least KL of 100 random pairs", Loss.KlDiv(b.Log(), a, LossReduction.None).Sum(1).Min().Item(), double.Epsilon);
        yield return Figure.Equal("0·log 0 counts as", Loss.KlDiv(Of(0.5, 0.5).Log(), Of(1, 0), LossReduction.Sum).Item(), Math.Log(2), 1e-12);
        yield return Figure.AtMost("targets as logarithms minus as probabilities", Math.Abs(Loss.KlDiv(q.Log(), p.Log(), LossReduction.Sum, logTarget: true).Item() - Loss.KlDiv(q.Log(), p, LossReduction.Sum).Item()), 1e-12);
    }
}
