using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch11_Generalisation;

/// <summary>Sections 11.1.1 and 11.3: −ln is convex, so −ln(mean of pₖ) ≤ mean of −ln pₖ for every sample (Jensen).</summary>
internal sealed class EnsembleAveraging() : CourseSystem("11.ensemble", "Ensemble averaging: nets that differ", "Models that differ in architecture, hyperparameters or data are averaged.")
{
    public override void Run(SystemContext context)
    {
        var (members, test) = Train(context);
        var ensemble = new Ensemble(members.Select(m => m.Model));
        foreach (var (name, model) in members) context.Out.WriteLine($"{name,-24} log-loss {LogLoss(model, test):F4}, accuracy {Learn.Accuracy(model, test.TestX, test.TestY):P1}");
        context.Out.WriteLine($"{"averaged",-24} log-loss {LogLoss(ensemble, test):F4}, accuracy {Learn.Accuracy(ensemble, test.TestX, test.TestY):P1}");
        double[] sizes = [.. Enumerable.Range(1, members.Count).Select(k => (double)k)];
        context.Draw("ensemble.png", new CurvePlot("Log-loss on other digits by the number of nets averaged", "nets", "log-loss") { WholeX = true, YMin = 0 }
            .Add("averaged", sizes, [.. sizes.Select(k => LogLoss(new Ensemble(members.Take((int)k).Select(m => m.Model)), test))]).Add(new CurveSeries("each alone", sizes, [.. members.Select(m => LogLoss(m.Model, test))]) { PointsOnly = true }));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (members, test) = Train(context);
        var ensemble = new Ensemble(members.Select(m => m.Model));
        double mean = members.Average(m => LogLoss(m.Model, test)), averaged = LogLoss(ensemble, test);
        yield return Figure.AtMost("log-loss of the average / mean of the members' log-losses", averaged / mean, 1);
        double[] single = [.. members.Select(m => Learn.Accuracy(m.Model, test.TestX, test.TestY))];
        yield return Figure.AtLeast("accuracy of the average minus mean of the members'", Learn.Accuracy(ensemble, test.TestX, test.TestY) - single.Average(), 0);
        var vote = ensemble.Vote(test.TestX).Eq(test.TestY).To(DType.Float32).Mean().Item();
        yield return Figure.AtLeast("accuracy of the vote minus mean of the members'", vote - single.Average(), 0);
    }

    private static double LogLoss(Module model, Digits test) => Loss.CrossEntropy(model.Eval().Forward(test.TestX), test.TestY).Item();

    /// <summary>Two architectures, two hyperparameters and two samples of the data.</summary>
    private static (List<(string Name, Module Model)> Members, Digits Test) Train(SystemContext context)
    {
        var digits = Digits.Load(context, 1000, 1000).Flat();
        var members = new List<(string, Module)>();
        void Add(string name, Module model, double rate, Tensor? chosen = null)
        {
            var (x, y) = chosen is null ? (digits.TrainX, digits.TrainY) : (digits.TrainX.Take(chosen).Realize(), digits.TrainY.Take(chosen).Realize());
            Learn.Steps(new Adam(model.Parameters(), rate), context.Pick(100, 50), () => Loss.CrossEntropy(model.Forward(x), y));
            members.Add((name, model));
        }
        Add("linear", Learn.Mlp(context.Random(1), () => new ReLU(), 784, 10), 5e-3);
        Add("two hidden layers", Learn.Mlp(context.Random(2), () => new ReLU(), 784, 64, 32, 10), 3e-3);
        Add("tanh", Learn.Mlp(context.Random(3), () => new Tanh(), 784, 64, 10), 3e-3);
        Add("a higher rate", Learn.Mlp(context.Random(4), () => new ReLU(), 784, 64, 10), 1e-2);
        for (var bag = 0; bag < 2; bag++) Add($"bootstrap sample {bag + 1}", Learn.Mlp(context.Random(5 + bag), () => new ReLU(), 784, 64, 10), 3e-3, context.Random(7 + bag).Integers([1000], 0, 1000));
        return (members, digits);
    }
}

/// <summary>Section 11.3: a vote instead of an average.</summary>
internal sealed class MajorityVoting() : CourseSystem("11.majority-vote", "Majority vote", "The class that most models choose.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        // n voters that are right with probability p, independently: Condorcet 1785.
        double[] p = [.. Enumerable.Range(0, 51).Select(k => 0.25 + k * 0.01)];
        var plot = new CurvePlot("A majority is right more often than its members, if they are right more often than not", "probability of a voter", "probability of the majority");
        foreach (var n in new[] { 1, 3, 11, 51 }) plot.Add($"{n} voters", p, Array.ConvertAll(p, q => Majority(n, q)));
        context.Draw("majority-vote.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        // Four samples (columns), three models: 2 of 3, all three, and ties of three and of one each, which go to the lowest class.
        var votes = Tensor.From(new long[,] { { 1, 2, 0, 2 }, { 1, 2, 1, 1 }, { 0, 2, 2, 0 } });
        yield return Figure.Holds("made by hand: 1, 2, and 0, 0 for ties", Ensemble.MajorityVote(votes, 3).ToArray<long>().SequenceEqual([1L, 2, 0, 0]));
        const int n = 11, samples = 20_000;
        const double p = 0.6;
        // Two classes, 1 is right.
        var drawn = context.Random().Bernoulli([n, samples], p).To(DType.Int64);
        var right = Ensemble.MajorityVote(drawn, 2).To(DType.Float64).Mean().Item();
        var expected = Majority(n, p);
        yield return Figure.AtMost("share of right votes of 11 voters minus the binomial's, in standard errors", Math.Abs(right - expected) / Math.Sqrt(expected * (1 - expected) / samples), 3);
    }

    /// <summary>Σ over k > n/2 of C(n, k)·pᵏ(1 − p)ⁿ⁻ᵏ.</summary>
    private static double Majority(int n, double p)
    {
        double sum = 0, ways = 1;
        for (var k = 0; k <= n; k++)
        {
            if (2 * k > n) sum += ways * Math.Pow(p, k) * Math.Pow(1 - p, n - k);
            ways = ways * (n - k) / (k + 1);
        }
        return sum;
    }
}
