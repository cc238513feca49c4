using CudaNet.Models.Systems;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.1.1, figure 26.</summary>
internal sealed class StepDecay() : CourseSystem("07.step-decay", "Step decay, and all schedules in one picture",
    "The rate falls by a fixed factor every k epochs.")
{
    public override void Run(SystemContext context)
    {
        (string Name, Schedule Schedule)[] all =
        [
            ("step", new StepSchedule(25, 0.5)), ("exponential", new ExponentialSchedule(0.97)), ("cosine", new CosineSchedule(100, 10)), ("restarts", new CosineRestartsSchedule(25, 2)),
            ("linear", new LinearSchedule(100, 1, 0)), ("polynomial", new PolynomialSchedule(100, 2)), ("one cycle", new OneCycleSchedule(100)), ("milestones", new MultiStepSchedule([30, 80], 0.3)),
        ];
        var plot = new CurvePlot("Learning rate over time", "step", "factor of the first rate");
        foreach (var (name, schedule) in all) plot.Add(name, [.. Enumerable.Range(0, 100).Select(k => (double)k)], [.. Enumerable.Range(0, 100).Select(k => schedule.Factor(k))]);
        context.Draw("schedules.png", plot);
        context.Out.WriteLine($"step decay of 0.1 by ½ every 10: {string.Join(", ", new[] { 0, 9, 10, 20, 30 }.Select(e => $"{e}: {0.1 * new StepSchedule(10, 0.5).Factor(e)}"))}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var optimizer = new Sgd([new Parameter(Tensor.From(1.0), "w")], 0.1);
        double worst = 0;
        for (var e = 0; e < 100; e++)
        {
            new StepSchedule(7, 0.5).Apply(optimizer, e);
            worst = Math.Max(worst, Math.Abs(optimizer.LearningRate - 0.1 * Math.Pow(0.5, e / 7)));
        }
        yield return Figure.Equal("greatest distance from η₀·γ^⌊e/k⌋ over 100 epochs", worst, 0);
        // The checkpoint of the optimiser holds the rate; the schedule is a function of the epoch.
        var state = optimizer.StateDict().ToDictionary(entry => entry.Key, entry => entry.Value);
        var restored = new Sgd([new Parameter(Tensor.From(1.0), "w")], 0.1);
        restored.LoadStateDict(state);
        yield return Figure.Equal("rate of a restored optimiser minus that of the saved one", restored.LearningRate - optimizer.LearningRate, 0);
    }
}

/// <summary>Section 7.1.1, figure 26.</summary>
internal sealed class ExponentialDecay() : CourseSystem("07.exponential-decay", "Exponential decay of the rate",
    "The rate falls exponentially with time.")
{
    public override void Run(SystemContext context)
    {
        double[] at = [.. Enumerable.Range(0, 60).Select(k => (double)k)];
        context.Draw("exponential-decay.png", new CurvePlot("η₀·γᵉ, which is η₀·e^(−ke) with γ = e^(−k)", "epoch", "factor")
            .Add("γ = 0.9", at, [.. at.Select(e => new ExponentialSchedule(0.9).Factor((long)e))]).Add("k = 0.05", at, [.. at.Select(e => new ExponentialSchedule(Math.Exp(-0.05)).Factor((long)e))]));
        context.Out.WriteLine($"after 10 epochs with γ = 0.9: {new ExponentialSchedule(0.9).Factor(10):F6}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.Equal("greatest distance from γᵉ over 100 epochs", Enumerable.Range(0, 100).Max(e => Math.Abs(new ExponentialSchedule(0.93).Factor(e) - Math.Pow(0.93, e))), 0);
        yield return Figure.AtMost("greatest relative distance of γ = e^(−k) from e^(−kt)", Enumerable.Range(0, 100).Max(t => Math.Abs(new ExponentialSchedule(Math.Exp(-0.05)).Factor(t) / Math.Exp(-0.05 * t) - 1)), 1e-12);
    }
}

/// <summary>Section 7.1.1: an adaptive method and a schedule together.</summary>
internal sealed class ScheduledAdam() : CourseSystem("07.scheduled-adam", "A schedule over an adaptive method",
    "Adam and RMSprop are listed as a third strategy for the rate; a schedule multiplies their rate.")
{
    public override void Run(SystemContext context)
    {
        double[] Losses(Schedule? schedule)
        {
            var w = new Parameter(Tensor.From(1.0, 1), "w");
            var noise = context.Random();
            return Learn.Steps(new Adam([w], 0.1), 300, _ => [noise.Normal([2], 0, 1, DType.Float64).Realize()], data => (w.Value - data[0] * 0.3).Square().Sum(), schedule);
        }
        static double[] Smooth(double[] v) => [.. Enumerable.Range(0, v.Length - 20).Select(i => v.Skip(i).Take(20).Average())];
        context.Draw("scheduled-adam.png", Pictures.Curves("Adam on a noisy bowl", "loss, mean of 20 steps", true, ("constant rate", Smooth(Losses(null))), ("cosine", Smooth(Losses(new CosineSchedule(300))))));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        // With a constant gradient each step of Adam is its rate.
        var w = new Parameter(Tensor.From(0.0), "w");
        var schedule = new StepSchedule(5, 0.5);
        var path = new double[21];
        Learn.Steps(new Adam([w], 0.1), 20, () => w.Value.Sum() * 3, schedule, k => path[k] = w.Value.Item());
        path[20] = w.Value.Item();
        yield return Figure.AtMost("constant gradient: greatest distance of a step from η·factor", Enumerable.Range(0, 20).Max(k => Math.Abs(path[k] - path[k + 1] - 0.1 * schedule.Factor(k))), 1e-8);
    }
}
