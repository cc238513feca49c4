using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch01_Introduction;

/// <summary>Sections 1.1, 1.3.3 and 1.3.4: a recommender that learns from the clicks that it brings about.</summary>
internal abstract class Bubble(string id, string title, string sentence) : CourseSystem(id, title, sentence)
{
    protected const int Users = 60, Items = 100, Shown = 10, Rounds = 30, Window = 5;

    /// <summary>Entropy of what a user is shown, in nats, and bimodality of the users' opinions, round by round.</summary>
    protected static (double[] Entropy, double[] Bimodality) Simulate(SystemContext context, bool greedy)
    {
        var random = new Random((int)context.Seed);
        // Items stand on a line from −1 to 1, and so do opinions, most of them near the middle.
        var place = Enumerable.Range(0, Items).Select(i => 2.0 * i / (Items - 1) - 1).ToArray();
        var opinion = Enumerable.Range(0, Users).Select(_ => 0.35 * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5)).ToArray();
        Embedding users = new(Users, 4, context.Random()), items = new(Items, 4, context.Random(1));
        foreach (var e in new[] { users, items }) e.Weight.Assign(e.Weight.Value * 0.1);
        var optimizer = new Adam(users.Parameters().Concat(items.Parameters()), 0.05);
        Tensor known = Tensor.Zeros([Users, Items]), clicks = Tensor.Zeros([Users, Items]);
        var history = new List<int[][]>();
        double[] entropy = new double[Rounds], bimodality = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            Tensor seen = known, clicked = clicks;
            // Matrix factorisation: score(u, i) = uᵀi, fitted to the clicks of what was shown.
            if (round > 0) Learn.Steps(optimizer, 20, _ => [seen, clicked], data => (data[0] * (users.Weight.Value.MatMul(items.Weight.Value.T) - data[1]).Square()).Sum() / Users);
            var score = users.Weight.Value.MatMul(items.Weight.Value.T).ToArray<float>();
            float[] nowKnown = known.ToArray<float>(), nowClicks = clicks.ToArray<float>();
            var shown = new int[Users][];
            for (var u = 0; u < Users; u++)
            {
                shown[u] = [.. Enumerable.Range(0, Items).OrderByDescending(i => greedy && round > 0 ? score[u * Items + i] : random.NextDouble()).Take(Shown)];
                foreach (var i in shown[u])
                {
                    // A user clicks what is near to his opinion, and rather what is more extreme than what is less.
                    var distance = place[i] - opinion[u];
                    nowKnown[u * Items + i] = 1;
                    nowClicks[u * Items + i] = random.NextDouble() < Math.Exp(-10 * distance * distance) * (1 + place[i] * Math.Sign(opinion[u])) / 2 ? 1 : 0;
                }
                // What one is shown, one comes to think.
                opinion[u] += 0.3 * (shown[u].Average(i => place[i]) - opinion[u]);
            }
            history.Add(shown);
            (known, clicks) = (Tensor.From(nowKnown, [Users, Items]), Tensor.From(nowClicks, [Users, Items]));
            entropy[round] = Enumerable.Range(0, Users).Average(u => Entropy([.. history.TakeLast(Window).SelectMany(shown => shown[u])]));
            bimodality[round] = Bimodality(opinion);
        }
        return (entropy, bimodality);
    }

    /// <summary>H = −Σ p·ln p of the items that a user was shown.</summary>
    private static double Entropy(int[] shown) => -shown.CountBy(i => i).Select(entry => (double)entry.Value / shown.Length).Sum(p => p * Math.Log(p));

    /// <summary>Sarle's coefficient (skewness² + 1)/kurtosis: ⅓ for a normal, 1 for two points.</summary>
    private static double Bimodality(double[] v)
    {
        double mean = v.Average(), m2 = v.Average(x => Math.Pow(x - mean, 2)), m3 = v.Average(x => Math.Pow(x - mean, 3)), m4 = v.Average(x => Math.Pow(x - mean, 4));
        return (m3 * m3 / (m2 * m2 * m2) + 1) / (m4 / (m2 * m2));
    }
}

/// <summary>The bubble: what is shown narrows.</summary>
internal sealed class FilterBubble() : Bubble("01.filter-bubble", "Filter bubble: a recommender narrows what it shows",
    "Ranking by clicks and history narrows what a user is shown.")
{
    public override void Run(SystemContext context)
    {
        var (greedy, random) = (Simulate(context, true).Entropy, Simulate(context, false).Entropy);
        context.Out.WriteLine($"entropy of what a user is shown in {Window} rounds: greedy {greedy[Window - 1]:F2} → {greedy[^1]:F2}, random {random[Window - 1]:F2} → {random[^1]:F2} nats");
        context.Draw("filter-bubble.png", Pictures.Curves("Variety of what a user is shown", "entropy in nats", false, ("ranked by clicks", greedy[(Window - 1)..]), ("random", random[(Window - 1)..])));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (greedy, random) = (Simulate(context, true).Entropy, Simulate(context, false).Entropy);
        yield return Figure.AtMost("entropy, last minus first window, ranked by clicks", greedy[^1] - greedy[Window - 1], -0.3);
        yield return Figure.Equal("entropy, last minus first window, random", random[^1] - random[Window - 1], 0, 0.05);
    }
}

/// <summary>What follows from it: opinions part.</summary>
internal sealed class Polarization() : Bubble("01.polarization", "Polarisation: opinions part inside of the bubble",
    "In the bubble groups drift to extremes.")
{
    public override void Run(SystemContext context)
    {
        var (greedy, random) = (Simulate(context, true).Bimodality, Simulate(context, false).Bimodality);
        context.Out.WriteLine($"bimodality of opinions: greedy {greedy[0]:F2} → {greedy[^1]:F2}, random {random[0]:F2} → {random[^1]:F2} (a uniform distribution has 0.56)");
        context.Draw("polarization.png", Pictures.Curves("Bimodality of opinions", "Sarle's coefficient", false, ("ranked by clicks", greedy), ("random", random)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (greedy, random) = (Simulate(context, true).Bimodality, Simulate(context, false).Bimodality);
        yield return Figure.AtLeast("bimodality, ranked by clicks (uniform is 0.556)", greedy[^1], 0.556);
        yield return Figure.AtLeast("its rise over the rounds", greedy[^1] - greedy[0], 0.1);
        yield return Figure.AtMost("its rise with random ranking", random[^1] - random[0], 0.1);
    }
}
