using CudaNet.Nn.Schedules;
using TorchSharp;
using static TorchSharp.torch.optim;

namespace CudaNet.Tests;

/// <summary>Schedules give torch's rates, step by step.</summary>
public sealed class ScheduleTests
{
    private const int Steps = 24;
    private const double Rate = 0.5;

    private static IEnumerable<TestCaseData> Pairs()
    {
        static TestCaseData Of(string name, Schedule ours, Func<Optimizer, lr_scheduler.LRScheduler> peer) => new TestCaseData(ours, peer).SetArgDisplayNames(name);
        yield return Of("step", new StepSchedule(5, 0.3), o => lr_scheduler.StepLR(o, 5, 0.3));
        yield return Of("milestones", new MultiStepSchedule([3, 9, 10], 0.5), o => lr_scheduler.MultiStepLR(o, [3, 9, 10], 0.5));
        yield return Of("exponential", new ExponentialSchedule(0.9), o => lr_scheduler.ExponentialLR(o, 0.9));
        yield return Of("polynomial", new PolynomialSchedule(20, 2), o => lr_scheduler.PolynomialLR(o, 20, 2));
        yield return Of("line", new LinearSchedule(8, 0.25), o => lr_scheduler.LinearLR(o, 0.25, 1, 8));
        yield return Of("cosine", new CosineSchedule(Steps), o => lr_scheduler.CosineAnnealingLR(o, Steps));
        yield return Of("one cycle", new OneCycleSchedule(Steps), o => lr_scheduler.OneCycleLR(o, Rate, total_steps: Steps, cycle_momentum: false));
        yield return Of("one cycle of lines", new OneCycleSchedule(Steps, linear: true, threePhase: true),
            o => lr_scheduler.OneCycleLR(o, Rate, total_steps: Steps, anneal_strategy: lr_scheduler.impl.OneCycleLR.AnnealStrategy.Linear, cycle_momentum: false, three_phase: true));
    }

    [TestCaseSource(nameof(Pairs))]
    public void A_schedule_gives_the_rates_of_torch(Schedule ours, Func<Optimizer, lr_scheduler.LRScheduler> peer)
    {
        ArgumentNullException.ThrowIfNull(ours);
        ArgumentNullException.ThrowIfNull(peer);
        using var weight = new TorchSharp.Modules.Parameter(torch.zeros(1));
        using var optimizer = SGD([weight], Rate);
        var scheduler = peer(optimizer);
        for (var step = 0; step < Steps; step++)
        {
            var expected = optimizer.ParamGroups.First().LearningRate;
            Assert.That(Rate * ours.Factor(step), Is.EqualTo(expected).Within(1e-9), $"step {step}");
            optimizer.step();
            if (step < Steps - 1) scheduler.step();
        }
    }
}
