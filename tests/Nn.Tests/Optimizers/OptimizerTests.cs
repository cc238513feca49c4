using CudaNet.Nn.Optimizers;

namespace CudaNet.Tests.Optimizers;

/// <summary>Steps on ½(w₁² + 10·w₂²) from (1, 1), against values computed by hand in double precision.</summary>
[TestFixture]
internal sealed class OptimizerTests
{
    [TestCase(false), TestCase(true)]
    public void Gradient_descent_takes_the_expected_steps(bool compiled) =>
        Follows(p => new Sgd([p], 0.05), compiled, [(0.95, 0.5), (0.9025, 0.25), (0.857375, 0.125)]);

    [TestCase(false), TestCase(true)]
    public void Momentum_takes_the_expected_steps(bool compiled) =>
        Follows(p => new Sgd([p], 0.05, momentum: 0.9), compiled, [(0.95, 0.5), (0.8575, -0.2), (0.731375, -0.73)]);

    /// <summary>PyTorch keeps the looked-ahead point w + β·v, which is where the gradient is taken, in the parameter; the
    /// points w of Nesterov's own form are (0.95, 0.5) (0.85975, 0.025) (0.73959875, −0.20125).</summary>
    [TestCase(false), TestCase(true)]
    public void Nesterov_takes_the_expected_steps(bool compiled)
    {
        (double, double)[] w = [(1, 1), (0.95, 0.5), (0.85975, 0.025), (0.73959875, -0.20125)];
        var ahead = new (double, double)[3];
        for (var t = 1; t <= 3; t++)
            ahead[t - 1] = (w[t].Item1 + 0.9 * (w[t].Item1 - w[t - 1].Item1), w[t].Item2 + 0.9 * (w[t].Item2 - w[t - 1].Item2));
        Follows(p => new Sgd([p], 0.05, momentum: 0.9, nesterov: true), compiled, ahead);
    }

    [TestCase(false), TestCase(true)]
    public void Adam_takes_the_expected_steps(bool compiled) =>
        Follows(p => new Adam([p], 0.1), compiled, [(0.9, 0.9), (0.80041223, 0.80041223), (0.70158627, 0.70158627)], 1e-7);

    [TestCase(false), TestCase(true)]
    public void AdamW_takes_the_expected_steps(bool compiled) =>
        Follows(p => new AdamW([p], 0.1, weightDecay: 0.01), compiled, [(0.899, 0.899), (0.79851903, 0.79851903), (0.69891118, 0.69891118)], 1e-7);

    [TestCase(false), TestCase(true)]
    public void The_first_step_ignores_dampening(bool compiled)
    {
        // v₁ = g₁; v₂ = 0.9·v₁ + 0.5·g₂.
        double w1 = 0.95, v2 = 0.9 * 1 + 0.5 * w1;
        Follows(p => new Sgd([p], 0.05, momentum: 0.9, dampening: 0.5), compiled, [(w1, 0.5), (w1 - 0.05 * v2, 0.5 - 0.05 * (0.9 * 10 + 0.5 * 5))]);
    }

    [Test]
    public void Weight_decay_of_gradient_descent_is_added_to_the_gradient() =>
        Follows(p => new Sgd([p], 0.05, weightDecay: 0.1), false, [(1 - 0.05 * 1.1, 1 - 0.05 * 10.1)]);

    [Test]
    public void Single_precision_keeps_the_bias_corrections_to_the_last_digits()
    {
        var w = new Parameter(Tensor.From(1f, 1f), "w");
        var adam = new Adam([w], 0.1);
        foreach (var expected in new[] { 0.9, 0.80041223, 0.70158627 })
        {
            adam.ZeroGrad();
            Objective(w).Backward();
            adam.Step();
            Assert.That(w.Value.ToArray<float>()[0], Is.EqualTo(expected).Within(1e-6));
        }
    }

    [Test]
    public void Groups_have_rates_and_decays_of_their_own()
    {
        Parameter a = new(Tensor.From(1.0), "a"), b = new(Tensor.From(1.0), "b");
        var sgd = new Sgd([new ParameterGroup([a]), new ParameterGroup([b], learningRate: 0.5, weightDecay: 1)], 0.1);
        (a.Value.Square().Sum() + b.Value.Square().Sum()).Backward();
        sgd.Step();
        Assert.That(a.Value.Item(), Is.EqualTo(0.8).Within(1e-12));
        Assert.That(b.Value.Item(), Is.EqualTo(1 - 0.5 * 3).Within(1e-12));
    }

    [Test]
    public void A_frozen_parameter_stays_and_one_without_a_gradient_too()
    {
        Parameter a = new(Tensor.From(1f), "a") { RequiresGrad = false }, b = new(Tensor.From(1f), "b"), c = new(Tensor.From(1f), "c");
        var sgd = new Sgd([a, b, c], 0.1);
        (a.Value * b.Value).Sum().Backward();
        sgd.Step();
        Assert.That((a.Value.Item(), c.Value.Item()), Is.EqualTo((1.0, 1.0)));
        Assert.That(b.Value.Item(), Is.EqualTo(0.9).Within(1e-6));
    }

    [Test]
    public void A_step_without_gradients_is_refused() =>
        Assert.That(() => new Sgd([new Parameter(Tensor.From(1f))], 0.1).Step(), Throws.TypeOf<GraphException>().With.Message.Contain("Backward"));

    [Test]
    public void A_parameter_in_two_groups_is_refused()
    {
        var p = new Parameter(Tensor.From(1f), "weight");
        Assert.That(() => new Sgd([new ParameterGroup([p]), new ParameterGroup([p])], 0.1), Throws.ArgumentException.With.Message.Contain("weight"));
        Assert.That(new Sgd([p, p], 0.1).Groups[0].Parameters, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_new_rate_needs_no_new_plan()
    {
        var w = new Parameter(Tensor.From(1.0, 1.0), "w");
        var sgd = new Sgd([w], 0.05);
        var step = Step(w, sgd, compiled: true);
        step();
        var misses = Execution.PlanCache.Misses;
        sgd.LearningRate = 0.01;
        step();
        Assert.That(w.Value.ToArray<double>()[0], Is.EqualTo(0.95 * 0.99).Within(1e-9));
        Assert.That(Execution.PlanCache.Misses, Is.LessThanOrEqualTo(misses + 1), "only the conversion of the rate may be new");
    }

    [Test]
    public void A_state_dict_continues_exactly()
    {
        Parameter a = new(Tensor.From(1f, 1f), "w"), b = new(Tensor.From(1f, 1f), "w");
        Optimizer one = new Adam([a], 0.1), two = new Adam([b], 0.3);
        var step = Step(a, one, compiled: false);
        step();
        step();
        two.LoadStateDict(one.StateDict());
        b.Assign(a.Value);
        Assert.That(two.StateDict().Keys, Is.EquivalentTo(new[] { "step", "lr.0", "w.exp_avg", "w.exp_avg_sq" }));
        Assert.That(two.StepCount, Is.EqualTo(2));
        step();
        Step(b, two, compiled: false)();
        Assert.That(b.Value.ToArray<float>(), Is.EqualTo(a.Value.ToArray<float>()));
    }

    [Test]
    public void Clipping_by_norm_scales_long_gradients_and_leaves_short_ones()
    {
        var w = new Parameter(Tensor.From(3.0, 4.0), "w");
        (w.Value.Square().Sum() * 0.5).Backward();
        Assert.That(GradientClipping.ClipByNorm([w], 10).Item(), Is.EqualTo(5).Within(1e-9));
        Assert.That(w.Grad!.ToArray<double>(), Is.EqualTo(new[] { 3.0, 4.0 }).Within(1e-9));
        Assert.That(GradientClipping.ClipByNorm([w], 1).Item(), Is.EqualTo(5).Within(1e-9));
        Assert.That(w.Grad!.ToArray<double>(), Is.EqualTo(new[] { 0.6, 0.8 }).Within(1e-6));
        GradientClipping.ClipByValue([w], 0.7);
        Assert.That(w.Grad!.ToArray<double>(), Is.EqualTo(new[] { 0.6, 0.7 }).Within(1e-6));
    }

    private static void Follows(Func<Parameter, Optimizer> make, bool compiled, (double, double)[] expected, double tolerance = 1e-9)
    {
        var w = new Parameter(Tensor.From(1.0, 1.0), "w");
        var step = Step(w, make(w), compiled);
        foreach (var (first, second) in expected)
        {
            step();
            var values = w.Value.ToArray<double>();
            Assert.That(values[0], Is.EqualTo(first).Within(tolerance));
            Assert.That(values[1], Is.EqualTo(second).Within(tolerance));
        }
    }

    private static Action Step(Parameter w, Optimizer optimizer, bool compiled)
    {
        Tensor Once()
        {
            optimizer.ZeroGrad();
            var loss = Objective(w);
            loss.Backward();
            optimizer.Step();
            return loss;
        }
        if (!compiled) return () => Once();
        var step = Compiled.Of(Once);
        return () => step();
    }

    private static Tensor Objective(Parameter w) => (w.Value.Square() * Tensor.From(1.0, 10.0).To(w.DType)).Sum() * 0.5;
}
