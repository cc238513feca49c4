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

    [TestCase(false), TestCase(true)]
    public void Momentum_with_the_rate_in_the_velocity_takes_the_same_steps(bool compiled) =>
        Follows(p => new Sgd([p], 0.05, momentum: 0.9, rateInVelocity: true), compiled, [(0.95, 0.5), (0.8575, -0.2), (0.731375, -0.73)]);

    [Test]
    public void After_a_drop_of_the_rate_the_two_kinds_of_velocity_differ()
    {
        double Second(bool rateInVelocity)
        {
            var w = new Parameter(Tensor.From(1.0, 1.0), "w");
            var sgd = new Sgd([w], 0.05, momentum: 0.9, rateInVelocity: rateInVelocity);
            var step = Step(w, sgd, compiled: false);
            step();
            sgd.LearningRate = 0.01;
            step();
            return w.Value.ToArray<double>()[0];
        }
        Assert.That(Second(false), Is.EqualTo(0.95 - 0.01 * (0.9 + 0.95)).Within(1e-12));
        Assert.That(Second(true), Is.EqualTo(0.95 - (0.9 * 0.05 + 0.01 * 0.95)).Within(1e-12));
    }

    [TestCase(false), TestCase(true)]
    public void Look_ahead_takes_Nesterovs_own_steps(bool compiled)
    {
        var w = new Parameter(Tensor.From(1.0, 1.0), "w");
        var nesterov = new NesterovSgd([w], 0.05);
        Func<Tensor> once = () => nesterov.Step(() => Objective(w));
        var step = compiled ? Compiled.Of(once) : once;
        foreach (var (first, second) in new[] { (0.95, 0.5), (0.85975, 0.025), (0.73959875, -0.20125) })
        {
            step();
            Assert.That(w.Value.ToArray<double>(), Is.EqualTo(new[] { first, second }).Within(1e-12));
        }
    }

    [Test]
    public void A_step_of_Nesterov_without_the_look_ahead_is_refused()
    {
        var w = new Parameter(Tensor.From(1.0, 1.0), "w");
        var nesterov = new NesterovSgd([w], 0.05);
        Objective(w).Backward();
        Assert.That(nesterov.Step, Throws.TypeOf<GraphException>().With.Message.Contain("MoveAhead"));
    }

    [TestCase(false), TestCase(true)]
    public void Gains_take_the_expected_steps(bool compiled) =>
        Follows(p => new GainSgd([p], 0.05), compiled, [(0.95, 0.5), (0.900125, 0.2375), (0.85061813, 0.106875)], 5e-9);

    [Test]
    public void An_alternating_gradient_shrinks_the_gain_to_its_bound_and_a_steady_one_grows_it()
    {
        var w = new Parameter(Tensor.From(0.0, 0.0), "w");
        var sgd = new GainSgd([w], 0.05);
        for (var k = 0; k < 300; k++)
        {
            sgd.ZeroGrad();
            (w.Value * Tensor.From(k % 2 == 0 ? 1.0 : -1.0, 1.0)).Sum().Backward();
            sgd.Step();
        }
        Assert.That(sgd.StateDict()["w.gain"].ToArray<double>(), Is.EqualTo(new[] { 0.1, 10 }).Within(1e-12));
    }

    [TestCase(false), TestCase(true)]
    public void Rprop_takes_the_expected_steps(bool compiled) =>
        Follows(p => new Rprop([p], 0.1), compiled, [(0.9, 0.9), (0.78, 0.78), (0.636, 0.636)]);

    [TestCase(true, 0.9), TestCase(false, 0.95)]
    public void Rprop_skips_the_step_after_a_flip_or_makes_it(bool skip, double second)
    {
        // Gradients 1 then −1 in the first weight, 1 then 0 in the second: no sign, no step and no flip.
        var w = new Parameter(Tensor.From(1.0, 0.9), "w");
        var rprop = new Rprop([w], 0.1, skipAfterFlip: skip);
        foreach (var gradient in new[] { Tensor.From(1.0, 1.0), Tensor.From(-1.0, 0.0) })
        {
            rprop.ZeroGrad();
            (w.Value * gradient).Sum().Backward();
            rprop.Step();
        }
        Assert.That(w.Value.ToArray<double>(), Is.EqualTo(new[] { second, 0.8 }).Within(1e-12));
    }

    [TestCase(false), TestCase(true)]
    public void RMSprop_takes_the_expected_steps(bool compiled) =>
        Follows(p => new RmsProp([p], 0.01, 0.9, epsilonInsideRoot: true), compiled, [(0.96837722, 0.96837722), (0.94578803, 0.94578802), (0.9270531, 0.9270531)], 1e-8);

    [TestCase(false), TestCase(true)]
    public void AdaGrad_takes_the_expected_steps(bool compiled) =>
        Follows(p => new Adagrad([p], 0.1, epsilon: 1e-8, epsilonInsideRoot: true), compiled, [(0.9, 0.9), (0.83310353, 0.83310353), (0.78045618, 0.78045618)], 1e-8);

    [Test]
    public void An_epsilon_is_inside_or_outside_of_the_root()
    {
        Follows(p => new RmsProp([p], 0.1, 0, 0.5), false, [(1 - 0.1 / 1.5, 1 - 0.1 * 10 / 10.5)]);
        Follows(p => new RmsProp([p], 0.1, 0, 0.5, epsilonInsideRoot: true), false, [(1 - 0.1 / Math.Sqrt(1.5), 1 - 1 / Math.Sqrt(100.5))]);
        Follows(p => new Adagrad([p], 0.1, epsilon: 0.5, initialAccumulator: 3), false, [(1 - 0.1 / 2.5, 1 - 1 / (Math.Sqrt(103) + 0.5))]);
        Follows(p => new Adagrad([p], 0.1, epsilon: 0.5, epsilonInsideRoot: true), false, [(1 - 0.1 / Math.Sqrt(1.5), 1 - 1 / Math.Sqrt(100.5))]);
    }

    [TestCase(false), TestCase(true)]
    public void Adadelta_takes_the_expected_steps(bool compiled) =>
        Follows(p => new Adadelta([p]), compiled, [(0.99683774, 0.99683772), (0.9935982, 0.99359817), (0.99030908, 0.99030903)], 1e-8);

    [TestCase(false), TestCase(true)]
    public void Lion_takes_the_expected_steps(bool compiled) =>
        Follows(p => new Lion([p], 0.01, weightDecay: 0.01), compiled, [(0.9899, 0.9899), (0.97980101, 0.97980101), (0.96970303, 0.96970303)], 1e-8);

    [Test]
    public void Coupled_decay_does_nothing_for_Adam_where_gradients_are_proportional_to_the_weights()
    {
        (double, double)[] steps = [(0.9, 0.9), (0.80041223, 0.80041223), (0.70158627, 0.70158627)];
        Follows(p => new Adam([p], 0.1, weightDecay: 0.01), false, steps, 1e-7);
    }

    [Test]
    public void Averages_follow_the_weights_and_can_be_used_for_a_while()
    {
        var w = new Parameter(Tensor.From(1.0), "w");
        var average = new ExponentialMovingAverage([w], 0.9);
        foreach (var value in new[] { 2.0, 3.0 })
        {
            w.Assign(Tensor.From(value));
            average.Update();
        }
        Assert.That(average.Averages[0].Item(), Is.EqualTo(0.9 * 2 + 0.1 * 3).Within(1e-12), "the first update copies");
        using (average.Use())
        {
            Assert.That(w.Value.Item(), Is.EqualTo(2.1).Within(1e-12));
            Assert.That(average.Update, Throws.TypeOf<GraphException>());
        }
        Assert.That(w.Value.Item(), Is.EqualTo(3));
        var other = new ExponentialMovingAverage([w], 0.9);
        other.LoadStateDict(average.StateDict());
        other.CopyToParameters();
        Assert.That(w.Value.Item(), Is.EqualTo(2.1).Within(1e-12));
    }

    [Test]
    public void Averages_are_the_same_in_a_compiled_step()
    {
        var w = new Parameter(Tensor.From(1.0), "w");
        var average = new ExponentialMovingAverage([w], 0.5);
        var step = Compiled.Of(() =>
        {
            w.Assign(w.Value * 2);
            average.Update();
            return w.Value;
        });
        step();
        step();
        Assert.That(average.Averages[0].Item(), Is.EqualTo(0.5 * 2 + 0.5 * 4).Within(1e-12));
    }

    [Test]
    public void Every_optimiser_trains_in_single_precision_and_refuses_nonsense()
    {
        foreach (var make in (Func<Parameter, Optimizer>[])
                 [
                     p => new RmsProp([p], momentum: 0.5, centered: true), p => new Adagrad([p], 0.1, 0.1, 0.01, 0.1), p => new Adadelta([p]), p => new Lion([p], 0.01),
                     p => new Rprop([p]), p => new GainSgd([p], 0.01), p => new Sgd([p], 0.01, 0.9, nesterov: true, rateInVelocity: true),
                 ])
        {
            var w = new Parameter(Tensor.From(1f, 1f), "w");
            var optimizer = make(w);
            var step = Step(w, optimizer, compiled: true);
            for (var k = 0; k < 5; k++) step();
            Assert.That(Objective(w).Item(), Is.LessThan(5.5), optimizer.GetType().Name);
        }
        var one = new Parameter(Tensor.From(1f), "w");
        Assert.That(() => new RmsProp([one], alpha: 1), Throws.ArgumentException.With.Message.Contain("alpha"));
        Assert.That(() => new Adadelta([one], rho: -1), Throws.ArgumentException.With.Message.Contain("rho"));
        Assert.That(() => new Lion([one], beta1: 2), Throws.ArgumentException.With.Message.Contain("beta1"));
        Assert.That(() => new Rprop([one], etaPlus: 0.5), Throws.ArgumentException.With.Message.Contain("etaPlus"));
        Assert.That(() => new GainSgd([one], 0.1, minGain: 0), Throws.ArgumentException.With.Message.Contain("minGain"));
        Assert.That(() => new ExponentialMovingAverage([one], 2), Throws.ArgumentException.With.Message.Contain("decay"));
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

    private static Action Step(Parameter w, Optimizer optimizer, bool compiled) => TrainingStep.Of(optimizer, () => Objective(w), compiled);

    private static Tensor Objective(Parameter w) => (w.Value.Square() * Tensor.From(1.0, 10.0).To(w.DType)).Sum() * 0.5;
}
