using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.10: optimisers as programs that are bred in tournaments (Chen and others 2023, in small).</summary>
internal sealed class Evolution() : CourseSystem("07.evolution", "Evolving an optimiser from gradient descent",
    "Lion was found by tournaments among optimiser programs, of which the best were bred.")
{
    private const int Population = 24, Steps = 60;

    /// <summary>u = a·g + b·m of which the sign or the root-mean-square-normalised value may be taken, with m ← c·m + (1 − c)·g; w ← w − η·u.</summary>
    private sealed record Rule(double Rate, double A, double B, double C, int Form)
    {
        public override string ToString() => $"w −= {Rate:G2}·{(Form switch { 0 => "", 1 => "sign", _ => "normed" })}({A:F2}·g + {B:F2}·m), m ← {C:F2}·m + {1 - C:F2}·g";
    }

    public override void Run(SystemContext context)
    {
        var (best, history, sgd) = Evolve(context);
        context.Out.WriteLine($"gradient descent, its rate tuned: loss {sgd:E2}; found: {history[^1]:E2} by {best}");
        context.Draw("evolution.png", new CurvePlot("The best rule of each generation", "generation", "loss after 60 steps") { LogY = true }
            .Add("best rule", [.. Enumerable.Range(0, history.Count).Select(k => (double)k)], history).Add(new CurveSeries("gradient descent, tuned", [0, history.Count - 1], [sgd, sgd]) { Dashed = true }));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (best, history, sgd) = Evolve(context);
        yield return Figure.Equal("generations at which the best got worse", history.Skip(1).Zip(history, (now, before) => now > before ? 1 : 0).Sum(), 0);
        yield return Figure.AtMost("loss of the best rule / of gradient descent with its best rate", history[^1] / sgd, 0.5);
        yield return Figure.Holds("the same seed breeds the same rule", Evolve(context).Best == best);
    }

    private static (Rule Best, List<double> History, double Sgd) Evolve(SystemContext context)
    {
        var random = new Random((int)context.Seed);
        // Seeds are gradient descents; what competes with the result is the best of many rates.
        var population = Enumerable.Range(0, Population).Select(_ => new Rule(Math.Pow(10, -3 + 2 * random.NextDouble()), 1, 0, 0.9, 0)).Select(rule => (Rule: rule, Loss: Proxy(rule))).ToList();
        var sgd = Enumerable.Range(0, 60).Min(k => Proxy(new(Math.Pow(10, -3 + k * 0.05), 1, 0, 0, 0)));
        var history = new List<double> { population.Min(p => p.Loss) };
        for (var generation = 0; generation < context.Pick(60, 40); generation++)
        {
            for (var child = 0; child < Population; child++)
            {
                (Rule Rule, double Loss) Tournament() => Enumerable.Range(0, 4).Select(_ => population[random.Next(Population)]).MinBy(p => p.Loss);
                Rule mother = Tournament().Rule, father = Tournament().Rule;
                double Gene(double a, double b) => random.Next(2) == 0 ? a : b;
                var rule = new Rule(Gene(mother.Rate, father.Rate), Gene(mother.A, father.A), Gene(mother.B, father.B), Gene(mother.C, father.C), random.Next(2) == 0 ? mother.Form : father.Form);
                rule = random.Next(5) switch
                {
                    0 => rule with { Rate = rule.Rate * Math.Exp(random.NextDouble() * 2 - 1) },
                    1 => rule with { A = rule.A + random.NextDouble() - 0.5 },
                    2 => rule with { B = rule.B + random.NextDouble() - 0.5 },
                    3 => rule with { C = Math.Clamp(rule.C + (random.NextDouble() - 0.5) * 0.4, 0, 0.999) },
                    _ => rule with { Form = random.Next(3) },
                };
                var loss = Proxy(rule);
                // The child takes the place of the worst of four, if it is better: so the best never dies.
                var worst = Enumerable.Range(0, 4).Select(_ => random.Next(Population)).MaxBy(k => population[k].Loss);
                if (loss < population[worst].Loss) population[worst] = (rule, loss);
            }
            history.Add(population.Min(p => p.Loss));
        }
        return (population.MinBy(p => p.Loss).Rule, history, sgd);
    }

    /// <summary>The task: mean loss over valleys ½Σhᵢwᵢ² of curvatures 1 to 100 after some steps from (1, …, 1).</summary>
    private static double Proxy(Rule rule)
    {
        double[] h = [1, 3, 10, 30, 100], w = [1, 1, 1, 1, 1], m = new double[5];
        double norm = 0;
        for (var k = 1; k <= Steps; k++)
        {
            var u = new double[5];
            for (var i = 0; i < 5; i++)
            {
                var g = h[i] * w[i];
                u[i] = rule.A * g + rule.B * m[i];
                m[i] = rule.C * m[i] + (1 - rule.C) * g;
            }
            norm = 0.9 * norm + 0.1 * u.Average(v => v * v);
            for (var i = 0; i < 5; i++) w[i] -= rule.Rate * (rule.Form switch { 0 => u[i], 1 => Math.Sign(u[i]), _ => u[i] / (Math.Sqrt(norm / (1 - Math.Pow(0.9, k))) + 1e-12) });
        }
        var loss = h.Zip(w, (a, b) => 0.5 * a * b * b).Sum();
        return double.IsFinite(loss) ? loss : double.MaxValue;
    }
}
