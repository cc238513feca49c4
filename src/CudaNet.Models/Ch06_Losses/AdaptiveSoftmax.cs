using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch06_Losses;

/// <summary>Section 6.7: frequent classes directly, rare ones through clusters (Grave and others 2017).</summary>
internal sealed class AdaptiveSoftmax() : CourseSystem("06.adaptive-softmax", "Adaptive log-softmax: rare classes in clusters",
    "Frequent classes are predicted directly, rare ones as P(cluster)·P(item|cluster): cheaper.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var model = new AdaptiveLogSoftmaxWithLoss(16, 200, [10, 50], random: context.Random());
        double[] ranks = [.. Enumerable.Range(1, 200).Select(i => (double)i)];
        var (x, y, frequency) = Zipf(context, 200, 2000);
        Learn.Steps(new Adam(model.Parameters(), 0.01), context.Pick(300, 100), () => model.Forward(x, y).Loss);
        context.Draw("adaptive-softmax.png", new CurvePlot("Learned probability of words by rank", "rank", "probability") { LogX = true, LogY = true }
            .Add(new CurveSeries("true", ranks, frequency) { Dashed = true }).Add("adaptive softmax", ranks, model.LogProb(x).Exp().Mean(0).ToDoubles()));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        var model = new AdaptiveLogSoftmaxWithLoss(16, 200, [10, 50], random: random);
        Tensor x = random.Normal([30, 16]).Realize(), y = random.Integers([30], 0, 200).Realize();
        var log = model.LogProb(x);
        yield return Figure.AtMost("distance of the sums of all probabilities from 1", Differences.Largest(log.Exp().Sum(1), Tensor.Ones([30])), 1e-5);
        var (output, loss) = model.Forward(x, y);
        yield return Figure.AtMost("output minus log probability of the target", Differences.Largest(output, log.Gather(y.Unsqueeze(1), 1).Squeeze(1)), 1e-5);
        yield return Figure.AtMost("loss plus its mean", Math.Abs(loss.Item() + output.Mean().Item()), 1e-5);
        yield return Figure.Holds("the prediction is the most probable class", model.Predict(x).ToArray<long>().AsSpan().SequenceEqual(log.ArgMax(1).ToArray<long>()));
        // Products of the head and of each tail as often as a word of Zipf's law falls into it, against all classes at once.
        const long classes = 50_000, width = 512;
        long[] cutoffs = [2000, 10_000];
        var harmonic = Enumerable.Range(1, (int)classes).Sum(r => 1.0 / r);
        double Share(long from, long to) => Enumerable.Range((int)from + 1, (int)(to - from)).Sum(r => 1.0 / r) / harmonic;
        var adaptive = width * (cutoffs[0] + 2.0);
        foreach (var (from, to, part) in new[] { (cutoffs[0], cutoffs[1], 4), (cutoffs[1], classes, 16) })
            adaptive += Share(from, to) * (width * (width / part) + width / part * (to - from));
        yield return Figure.AtMost("multiplications for a word of 50,000, adaptive / full", adaptive / (width * classes), 1);
    }

    /// <summary>Words by Zipf's law, which do not depend on what comes in.</summary>
    private static (Tensor X, Tensor Y, double[] Frequency) Zipf(SystemContext context, int classes, int count)
    {
        double[] frequency = [.. Enumerable.Range(1, classes).Select(r => 1.0 / r)];
        var sum = frequency.Sum();
        frequency = Array.ConvertAll(frequency, f => f / sum);
        var p = Tensor.From(Array.ConvertAll(frequency, f => (float)f));
        return (Tensor.Ones([count, 16]), context.Random(3).Categorical(p, count).Realize(), frequency);
    }
}
