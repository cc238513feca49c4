using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;

namespace CudaNet.Tests.Schedules;

[TestFixture]
internal sealed class ScheduleTests
{
    [Test]
    public void Steps_drop_by_gamma() =>
        Assert.That(Factors(new StepSchedule(2, 0.1), 0, 1, 2, 4), Is.EqualTo(new[] { 1, 1, 0.1, 0.01 }).Within(1e-12));

    [Test]
    public void Exponential_drops_each_step() =>
        Assert.That(Factors(new ExponentialSchedule(0.5), 0, 1, 3), Is.EqualTo(new[] { 1, 0.5, 0.125 }).Within(1e-12));

    [Test]
    public void Constant_stays() => Assert.That(Factors(new ConstantSchedule(0.3), 0, 99), Is.EqualTo(new[] { 0.3, 0.3 }));

    [Test]
    public void Cosine_rises_over_the_warm_up_falls_to_the_middle_and_ends_at_the_least() =>
        Assert.That(Factors(new CosineSchedule(24, 4, 0.1), 0, 3, 4, 14, 24, 99), Is.EqualTo(new[] { 0.2, 0.8, 1, 0.55, 0.1, 0.1 }).Within(1e-12));

    [Test]
    public void Every_group_keeps_its_own_base()
    {
        Parameter a = new(Tensor.From(1.0), "a"), b = new(Tensor.From(1.0), "b");
        var sgd = new Sgd([new ParameterGroup([a]), new ParameterGroup([b], 0.5)], 0.1);
        new StepSchedule(1, 0.1).Apply(sgd, 1);
        new StepSchedule(1, 0.1).Apply(sgd, 1);
        Assert.That(sgd.Groups.Select(g => g.LearningRate), Is.EqualTo(new[] { 0.01, 0.05 }).Within(1e-12));
    }

    private static double[] Factors(Schedule schedule, params long[] steps) => [.. steps.Select(schedule.Factor)];
}
