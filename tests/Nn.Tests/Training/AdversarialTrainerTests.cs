using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Nn.Training;

namespace CudaNet.Tests.Training;

[TestFixture]
internal sealed class AdversarialTrainerTests
{
    private static Tensor Real => Tensor.From([2f, 2.5f, 3f, 3.5f], [4, 1]);

    [Test]
    public void A_step_of_one_player_leaves_the_other_as_it_was()
    {
        var game = new Game();
        var (g, d) = (Bytes(game.G), Bytes(game.D));
        game.Trainer.StepDiscriminator(Real);
        Assert.That(Bytes(game.G), Is.EqualTo(g));
        Assert.That(Bytes(game.D), Is.Not.EqualTo(d));
        d = Bytes(game.D);
        game.Trainer.StepGenerator();
        Assert.That(Bytes(game.D), Is.EqualTo(d));
        Assert.That(Bytes(game.G), Is.Not.EqualTo(g));
        Assert.That(game.Trainer.Step, Is.EqualTo(1));
    }

    [Test]
    public void The_discriminator_takes_k_batches_for_each_step_of_the_generator()
    {
        var game = new Game { Steps = 3 };
        var drawn = 0;
        IEnumerable<Tensor> Batches()
        {
            for (; drawn < 10; drawn++) yield return Real;
        }
        var losses = game.Trainer.Fit(Batches(), 2);
        Assert.That((losses.Count, drawn), Is.EqualTo((2, 5)), "the enumerator stands at the sixth");
        Assert.That(game.Trainer.Fit(Batches(), 5), Has.Count.EqualTo(1), "the data ends before the second step");
    }

    [Test]
    public void Losses_are_those_before_the_step()
    {
        var game = new Game();
        var z = new RandomStream(9).Normal([4, 2]).Realize();
        var fake = game.G.Forward(z);
        var expected = Loss.GanDiscriminator(game.D.Forward(Real), game.D.Forward(fake)).Item();
        Assert.That(game.Trainer.StepDiscriminator(Real), Is.EqualTo(expected).Within(1e-6));
    }

    [Test]
    public void The_penalty_is_half_gamma_times_the_squared_slope_of_the_real_logits()
    {
        // D(x) = w·x: the slope of each logit is w, so the gradient of ½γw² is added to that of the loss.
        Linear d = new(1, 1, bias: false, random: new(1)), g = new(1, 1, random: new(2));
        var w = d.Weight.Value.Item();
        double Updated(double gamma)
        {
            d.Weight.Assign(Tensor.Full([1, 1], w));
            var trainer = new AdversarialTrainer(g, d, new Sgd(g.Parameters(), 0.1), new Sgd(d.Parameters(), 1), () => Tensor.Ones([4, 1])) { GradientPenalty = gamma };
            trainer.StepDiscriminator(Real);
            return d.Weight.Value.Item();
        }
        Assert.That(Updated(0) - Updated(3), Is.EqualTo(3 * w).Within(1e-5));
    }

    [Test]
    public void The_schedule_sets_both_rates_and_averages_follow_the_generator()
    {
        var game = new Game { Schedule = new StepSchedule(1, 0.5), Averages = true };
        game.Trainer.Fit(Enumerable.Repeat(Real, 10), 3);
        Assert.That(new[] { game.GOptimizer.LearningRate, game.DOptimizer.LearningRate }, Is.EqualTo(new[] { 0.0025, 0.005 }).Within(1e-7));
        Assert.That(game.Trainer.Average!.StateDict()["n_averaged"].Item(), Is.EqualTo(3));
    }

    [Test]
    public void A_loader_gives_its_inputs_epoch_after_epoch()
    {
        var game = new Game();
        var loader = new DataLoader(new TensorDataset(Real, Tensor.Zeros([4], DType.Int64)), 2, shuffle: true, seed: 1);
        Assert.That(game.Trainer.Fit(loader, 7), Has.Count.EqualTo(7));
        Assert.That(loader.Endless().Take(5).SelectMany(batch => batch.Indices).Take(4).Order(), Is.EqualTo(new[] { 0, 1, 2, 3 }));
    }

    [Test]
    public void NaN_ends_training_with_the_player_and_the_step()
    {
        var game = new Game();
        Assert.That(() => game.Trainer.Fit([Real, Tensor.Full([4, 1], double.NaN)], 5), Throws.TypeOf<TrainingException>().With.Message.Contain("discriminator is NaN in step 2"));
    }

    [Test]
    public void Optimisers_that_share_a_parameter_are_refused()
    {
        Linear g = new(2, 1, random: new(1)), d = new(1, 1, random: new(2));
        Assert.That(() => new AdversarialTrainer(g, d, new Sgd(g.Parameters(), 0.1), new Sgd([.. d.Parameters(), g.Weight], 0.1), () => Tensor.Ones([4, 2])),
            Throws.ArgumentException.With.Message.Contain("both optimisers train 'weight'"));
    }

    [Test]
    public void A_cancelled_run_stops_before_the_next_step()
    {
        using var stop = new CancellationTokenSource();
        var game = new Game();
        Assert.That(game.Trainer.Fit(Enumerable.Repeat(Real, 10), 10, _ => stop.Cancel(), stop.Token), Has.Count.EqualTo(1));
    }

    private static byte[][] Bytes(Module module) => [.. module.Parameters().Select(p => p.Value.ToBytes())];

    private sealed class Game
    {
        private AdversarialTrainer? _trainer;

        public Game() => (GOptimizer, DOptimizer) = (new Adam(G.Parameters(), 0.01), new Adam(D.Parameters(), 0.02));

        public Sequential G { get; } = new(new Linear(2, 4, random: new(1)), new Tanh(), new Linear(4, 1, random: new(2)));

        public Sequential D { get; } = new(new Linear(1, 4, random: new(3)), new Tanh(), new Linear(4, 1, random: new(4)));

        public Optimizer GOptimizer { get; }

        public Optimizer DOptimizer { get; }

        public int Steps { get; init; } = 1;

        public Schedule? Schedule { get; init; }

        public bool Averages { get; init; }

        public AdversarialTrainer Trainer => _trainer ??= Make(new(9));

        private AdversarialTrainer Make(RandomStream noise) => new(G, D, GOptimizer, DOptimizer, () => noise.Normal([4, 2]))
        { DiscriminatorSteps = Steps, Schedule = Schedule, Average = Averages ? new(G.Parameters()) : null };
    }
}
