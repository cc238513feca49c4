using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch13_AdversarialNetworks;

/// <summary>Section 13.3.4.</summary>
internal sealed class MinMaxGame() : CourseSystem("13.min-max", "The min-max game on a line", "min over D, max over G of −E log D(x) − E log(1 − D(G(z))).")
{
    public override void Run(SystemContext context)
    {
        var game = new Game(context);
        var losses = game.Train();
        var (real, made) = game.Samples();
        context.Draw("min-max.png", new CurvePlot("Real, made, and what the discriminator says", "x", "density, and D") { YMin = 0, YMax = 0.7 }
            .Add(Densities.Histogram("real", real, -5, 11)).Add(Densities.Histogram("made", made, -5, 11)).Add(Pictures.Curve("D", -5, 11, x => game.Discriminator.Forward(x.To(DType.Float32).Unsqueeze(1)).Sigmoid().Squeeze(1))));
        context.Draw("min-max-loss.png", Pictures.Curves("The game comes to rest at 2 ln 2 = 1.386 and ln 2 = 0.693", "loss", false, ("discriminator", [.. losses.Select(l => l.Discriminator)]), ("generator", [.. losses.Select(l => l.Generator)])));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var game = new Game(context);
        game.Train();
        var (real, made) = game.Samples();
        var (mean, deviation) = Densities.Moments(made);
        yield return Figure.AtMost("error of the mean, relative", Math.Abs(mean / Game.Mean - 1), 0.1);
        yield return Figure.AtMost("error of the deviation, relative", Math.Abs(deviation / Game.Deviation - 1), 0.1);
        yield return Figure.AtMost("mean distance of D from ½, over real and made samples", (game.Discriminator.Forward(Tensor.Concat([real, made], 0)).Sigmoid() - 0.5).Abs().Mean().Item(), 0.05);
        yield return Figure.Equal("the discriminator's loss: 2 ln 2", game.Value(), 1.3862944, 0.1);
    }
}

/// <summary>Section 13.3.4: the end of the game: neither can gain by changing alone.</summary>
internal sealed class Nash() : CourseSystem("13.nash", "Nash equilibrium: neither player gains alone", "At the end fakes cannot be told from real samples.")
{
    private const int Steps = 500;

    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var (early, late) = (new Game(context), new Game(context));
        late.Train();
        var plot = new CurvePlot("What a player gains by going on alone", "steps alone", "gain in nats");
        foreach (var (name, game) in new[] { ("before training", early), ("after training", late) })
            foreach (var discriminator in new[] { true, false })
                plot.Add($"{(discriminator ? "D" : "G")}, {name}", [0, 100, 200, 300, 400, 500], Gains(game, discriminator, 5));
        context.Draw("nash.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var game = new Game(context);
        yield return Figure.AtLeast("nats that D gains alone before training", Gains(game, true, 1)[^1], 0.05);
        game.Train();
        yield return Figure.AtMost("nats that D gains alone at the end", Gains(game, true, 1)[^1], 0.05);
        yield return Figure.AtMost("nats that G gains alone at the end", Gains(game, false, 1)[^1], 0.05);
    }

    /// <summary>How much better the value gets for a player in 500 steps alone; then its weights come back.</summary>
    private static double[] Gains(Game game, bool discriminator, int parts)
    {
        var player = discriminator ? game.Discriminator : game.Generator;
        var weights = player.StateDict();
        var before = game.Value();
        var gains = new List<double> { 0 };
        for (var k = 0; k < parts; k++)
        {
            game.Answer(discriminator, Steps / parts);
            gains.Add(discriminator ? before - game.Value() : game.Value() - before);
        }
        player.LoadStateDict(weights);
        return [.. gains];
    }
}
