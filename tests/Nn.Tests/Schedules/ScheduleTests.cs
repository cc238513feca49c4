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
    public void Milestones_drop_by_gamma() =>
        Assert.That(Factors(new MultiStepSchedule([2, 5], 0.1), 0, 1, 2, 4, 5, 9), Is.EqualTo(new[] { 1, 1, 0.1, 0.1, 0.01, 0.01 }).Within(1e-12));

    [Test]
    public void A_polynomial_falls_to_zero_and_stays() =>
        Assert.That(Factors(new PolynomialSchedule(4, 2), 0, 1, 2, 4, 9), Is.EqualTo(new[] { 1, 0.5625, 0.25, 0, 0 }).Within(1e-12));

    [Test]
    public void A_line_goes_from_one_factor_to_the_other() =>
        Assert.That(Factors(new LinearSchedule(4, 0.5, 1), 0, 1, 2, 4, 9), Is.EqualTo(new[] { 0.5, 0.625, 0.75, 1, 1 }).Within(1e-12));

    [Test]
    public void Cosine_restarts_over_longer_cycles()
    {
        Assert.That(Factors(new CosineRestartsSchedule(2, 2, 0.2), 0, 1, 2, 4, 6), Is.EqualTo(new[] { 1, 0.6, 1, 0.6, 1 }).Within(1e-12));
        Assert.That(Factors(new CosineRestartsSchedule(2), 0, 1, 2, 3, 1_000_001), Is.EqualTo(new[] { 1, 0.5, 1, 0.5, 0.5 }).Within(1e-12));
    }

    [Test]
    public void One_cycle_rises_to_the_full_rate_and_falls_to_nearly_nothing()
    {
        Assert.That(Factors(new OneCycleSchedule(10), 0, 1, 2, 9, 99), Is.EqualTo(new[] { 0.04, 0.52, 1, 4e-6, 4e-6 }).Within(1e-12));
        Assert.That(Factors(new OneCycleSchedule(10, 0.3, linear: true), 0, 1, 2, 9), Is.EqualTo(new[] { 0.04, 0.52, 1, 4e-6 }).Within(1e-12));
        Assert.That(Factors(new OneCycleSchedule(10, 0.3, linear: true, threePhase: true), 0, 2, 3, 4, 9), Is.EqualTo(new[] { 0.04, 1, 0.52, 0.04, 4e-6 }).Within(1e-12));
    }

    [Test]
    public void A_plateau_lowers_the_rate_after_the_patience_and_not_in_the_cooldown()
    {
        var sgd = new Sgd([new Parameter(Tensor.From(1.0), "a")], 1.0);
        var plateau = new ReduceOnPlateau(sgd, 0.5, patience: 1, cooldown: 2, minRate: 0.3);
        double[] rates = [.. new double[] { 5, 4, 4, 4, 4, 4, 4, 4, 4, double.NaN, double.NaN }.Select(measure =>
        {
            plateau.Step(measure);
            return sgd.LearningRate;
        })];
        Assert.That(rates, Is.EqualTo(new[] { 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3, 0.3 }).Within(1e-12));
        Assert.That(plateau.Best, Is.EqualTo(4));
    }

    [Test]
    public void A_plateau_continues_from_its_state()
    {
        Sgd one = new([new Parameter(Tensor.From(1.0), "a")], 1.0), two = new([new Parameter(Tensor.From(1.0), "a")], 1.0);
        ReduceOnPlateau first = new(one, patience: 1, maximize: true, relative: false), second = new(two, patience: 1, maximize: true, relative: false);
        first.Step(0.9);
        Assert.That(first.Step(0.9), Is.False);
        second.LoadStateDict(first.StateDict());
        Assert.That((first.Step(0.8), second.Step(0.8)), Is.EqualTo((true, true)));
        Assert.That(two.LearningRate, Is.EqualTo(0.1).Within(1e-12));
    }

    [Test]
    public void A_schedule_scales_the_rate_of_an_adaptive_optimiser()
    {
        var w = new Parameter(Tensor.From(1.0), "w");
        var adam = new Adam([w], 0.1);
        new PolynomialSchedule(4).Apply(adam, 1);
        w.Value.Square().Sum().Backward();
        adam.Step();
        Assert.That(w.Value.Item(), Is.EqualTo(1 - 0.75 * 0.1).Within(1e-8), "the first step of Adam is the rate");
    }

    [Test]
    public void Impossible_schedules_are_refused()
    {
        Assert.That(() => new PolynomialSchedule(0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new LinearSchedule(0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new CosineRestartsSchedule(0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new OneCycleSchedule(1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new OneCycleSchedule(10, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ReduceOnPlateau(new Sgd([new Parameter(Tensor.From(1.0))], 1), factor: 2), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

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
