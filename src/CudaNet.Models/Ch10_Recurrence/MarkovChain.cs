using CudaNet.Models.Systems;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Cited in section 10: Markov chains of order n as the classical baseline.</summary>
internal sealed class MarkovChain() : CourseSystem("10.markov", "Markov chains", "Classical approaches are weak on long dependencies.")
{
    public override void Run(SystemContext context)
    {
        var (net, losses) = Brackets.Train(context);
        double[] orders = [1, 2, 3, 4], perplexities = [.. orders.Select(n => Perplexity(context, (int)n))];
        context.Out.WriteLine($"perplexity: recurrent {Recurrent(context, net):F3}, {string.Join(", ", orders.Zip(perplexities).Select(e => $"order {e.First}: {e.Second:F3}"))}; the least possible is {Least:F3}");
        context.Draw("markov.png", new Plotting.CurvePlot("Perplexity on brackets that close 7 symbols later", "order", "perplexity") { WholeX = true }.Add("Markov chain", orders, perplexities).Add(new("recurrent network", orders, [.. orders.Select(_ => Recurrent(context, net))]) { Dashed = true }));
        context.Draw("markov-loss.png", Pictures.Curves("Training of the recurrent network", "loss", false, ("training", losses)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var recurrent = Recurrent(context, Brackets.Train(context).Net);
        yield return Figure.AtLeast("perplexity of the chain of order 2 minus that of the recurrent network", Perplexity(context, 2) - recurrent, double.Epsilon);
        yield return Figure.AtLeast("the same for order 4", Perplexity(context, 4) - recurrent, double.Epsilon);
        yield return Figure.AtMost("perplexity of the recurrent network / the least possible", recurrent / Least, 1.05);
    }

    /// <summary>Six symbols of four kinds and one that is known: exp(6·ln 4/7).</summary>
    private static double Least => Math.Exp(Brackets.Noise * Math.Log(4) / (Brackets.Length - 1));

    private static double Recurrent(SystemContext context, Brackets.Model net) =>
        Math.Exp(net.NextLoss(Tensor.From(Brackets.Sentences(new Random((int)context.Seed + 50), 1000), [1000, Brackets.Length])).Item());

    /// <summary>A table of how often each symbol follows n others, with one added to each count.</summary>
    private static double Perplexity(SystemContext context, int n)
    {
        var counts = new Dictionary<string, double[]>();
        IEnumerable<(string Before, long Next)> Pairs(long[] words)
        {
            for (var s = 0; s < words.Length; s += Brackets.Length)
                for (var k = 1; k < Brackets.Length; k++) yield return (string.Join(' ', words[Math.Max(s, s + k - n)..(s + k)]), words[s + k]);
        }
        double[] Of(string before) => counts.TryGetValue(before, out var row) ? row : counts[before] = [.. Enumerable.Repeat(1.0, Brackets.Symbols)];
        foreach (var (before, next) in Pairs(Brackets.Sentences(new Random((int)context.Seed), 20000))) Of(before)[next]++;
        return Math.Exp(Pairs(Brackets.Sentences(new Random((int)context.Seed + 50), 1000)).Average(p => -Math.Log(Of(p.Before)[p.Next] / Of(p.Before).Sum())));
    }
}
