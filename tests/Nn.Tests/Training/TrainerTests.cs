using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Nn.Training;

namespace CudaNet.Tests.Training;

[TestFixture]
internal sealed class TrainerTests
{
    [Test]
    public void A_small_net_learns_two_classes()
    {
        var run = new Run(1);
        var result = run.Trainer.Fit(run.Train, run.Train, 12);
        Assert.That(result.End, Is.EqualTo(TrainingEnd.Completed));
        Assert.That(result.Epochs, Has.Count.EqualTo(12));
        Assert.That(result.Epochs[^1].TestAccuracy, Is.GreaterThan(0.9));
        Assert.That(result.Epochs[^1].TestLoss, Is.LessThan(result.Epochs[0].TestLoss));
        Assert.That(run.Trainer.Evaluate(run.Train).Confusion.Total, Is.EqualTo(50));
    }

    [TestCase(1), TestCase(6), TestCase(9), TestCase(12)]
    public void A_run_that_is_resumed_gives_the_same_weights_bit_for_bit(int stopAfter)
    {
        using var folder = new TemporaryFolder();
        var whole = new Run(1);
        whole.Trainer.Fit(whole.Train, whole.Train, 3);

        using var stop = new CancellationTokenSource();
        var batches = 0;
        var stopped = new Run(1, folder["c.safetensors"], _ =>
        {
            if (++batches == stopAfter) stop.Cancel();
        });
        var end = stopped.Trainer.Fit(stopped.Train, stopped.Train, 3, stop.Token).End;
        Assert.That(end, Is.EqualTo(TrainingEnd.Interrupted));

        // First weights that differ, so that all must come from the checkpoint.
        var resumed = new Run(99, folder["c.safetensors"]);
        resumed.Trainer.LoadCheckpoint(folder["c.safetensors"]);
        Assert.That(resumed.Trainer.State.Step, Is.EqualTo(stopAfter));
        var result = resumed.Trainer.Fit(resumed.Train, resumed.Train, 3);

        foreach (var (name, value) in whole.Model.StateDict())
            Assert.That(resumed.Model.StateDict()[name].ToBytes(), Is.EqualTo(value.ToBytes()), name);
        Assert.That(result.Epochs.Select(e => (e.TrainLoss, e.TestLoss, e.TrainAccuracy)), Is.EqualTo(whole.Trainer.State.History.Select(e => (e.TrainLoss, e.TestLoss, e.TrainAccuracy))));
        Assert.That(folder.Names, Is.EqualTo(new[] { "c.safetensors" }), "no partial file is left");
    }

    [Test]
    public void A_batch_in_parts_trains_as_a_whole_one()
    {
        static IReadOnlyList<EpochResult> Of(int parts)
        {
            var random = new RandomStream(4);
            Tensor x = random.Normal([40, 6]).Realize(), y = random.Integers([40], 0, 3).Realize();
            var net = new Sequential(new Linear(6, 16, random: random), new ReLU(), new Linear(16, 3, random: random));
            return new Trainer(net, new AdamW(net.Parameters(), 0.01)) { Microbatches = parts }.Fit(new DataLoader(new TensorDataset(x, y), 8), epochs: 3).Epochs;
        }
        Assert.That(Of(4).Select(e => e.TrainLoss), Is.EqualTo(Of(1).Select(e => e.TrainLoss)).Within(1e-6));
        Assert.That(Of(4).Select(e => e.TrainAccuracy), Is.EqualTo(Of(1).Select(e => e.TrainAccuracy)));
        Assert.That(Assert.Throws<TrainingException>(() => Of(3))!.Message, Does.Contain("8 samples cannot be computed in 3"));
    }

    [Test]
    public void Compiled_and_plain_steps_give_the_same_losses()
    {
        Run compiled = new(1), plain = new(1, compile: false);
        var a = compiled.Trainer.Fit(compiled.Train, epochs: 2).Epochs;
        var b = plain.Trainer.Fit(plain.Train, epochs: 2).Epochs;
        Assert.That(b.Select(e => e.TrainLoss), Is.EqualTo(a.Select(e => e.TrainLoss)).Within(1e-5));
    }

    [Test]
    public void A_checkpoint_of_another_model_is_refused_and_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        var run = new Run(1, folder["c.safetensors"]);
        run.Trainer.SaveCheckpoint();
        var other = new Linear(4, 2, random: new(1));
        var before = other.Weight.Value.ToArray<float>();
        var trainer = new Trainer(other, new Sgd(other.Parameters(), 0.1));
        Assert.That(() => trainer.LoadCheckpoint(folder["c.safetensors"]), Throws.TypeOf<TrainingException>().With.Message.Contain("missing"));
        Assert.That(other.Weight.Value.ToArray<float>(), Is.EqualTo(before));
        other.Save2(folder["w.safetensors"]);
        Assert.That(() => trainer.LoadCheckpoint(folder["w.safetensors"]), Throws.TypeOf<TrainingException>().With.Message.Contain("not the place of a training run"));
    }

    [Test]
    public void A_checkpoint_serves_as_a_file_of_weights()
    {
        using var folder = new TemporaryFolder();
        var run = new Run(1, folder["c.safetensors"]);
        run.Trainer.Fit(run.Train, epochs: 1);
        var other = Run.Net(2);
        CudaNet.Nn.Formats.SafeTensors.SafeTensorsTensors.Load(other, folder["c.safetensors"]);
        Assert.That(other.StateDict()["0.weight"].ToBytes(), Is.EqualTo(run.Model.StateDict()["0.weight"].ToBytes()));
    }

    [Test]
    public void NaN_in_the_data_ends_the_run_with_the_place_and_advice()
    {
        var data = new TensorDataset(Tensor.Full([8, 4], double.NaN), Tensor.Zeros([8], DType.Int64));
        var model = new Linear(4, 2, random: new(1));
        var trainer = new Trainer(model, new Sgd(model.Parameters(), 0.1));
        Assert.That(() => trainer.Fit(new DataLoader(data, 4)), Throws.TypeOf<TrainingException>().With.Message.Contain("batch 1 of epoch 1"));
    }

    [Test]
    public void Early_stopping_ends_the_run_and_gives_the_best_weights_back()
    {
        var run = new Run(1, stopping: new EarlyStopping(1, LeastProgress: 10));
        var result = run.Trainer.Fit(run.Train, run.Train, 10);
        Assert.That(result.End, Is.EqualTo(TrainingEnd.StoppedEarly));
        Assert.That(result.Epochs, Has.Count.EqualTo(3), "the first is the best, and one without progress is allowed");
        Assert.That(run.Trainer.Evaluate(run.Train).Loss, Is.EqualTo(result.Epochs[0].TestLoss).Within(1e-6));
    }

    [Test]
    public void Early_stopping_needs_something_to_watch()
    {
        var run = new Run(1, stopping: new EarlyStopping(1));
        Assert.That(() => run.Trainer.Fit(run.Train, epochs: 2), Throws.TypeOf<TrainingException>().With.Message.Contains("no test samples"));
    }

    [Test]
    public void Progress_counts_batches_and_epochs()
    {
        var seen = new List<TrainingProgress>();
        var run = new Run(1, onBatch: seen.Add);
        run.Trainer.Fit(run.Train, epochs: 2);
        Assert.That(seen.Select(p => (p.Epoch, p.Batch)), Is.EqualTo(Enumerable.Range(0, 10).Select(i => (i / 5 + 1, i % 5 + 1))));
        Assert.That(seen[^1].Remaining, Is.EqualTo(TimeSpan.Zero));
    }

    /// <summary>Batch normalisation, dropout, shuffling and a schedule: all that has a state of its own.</summary>
    [TestCase(DType.BFloat16), TestCase(DType.Float16)]
    public void Mixed_precision_learns_as_full_precision_does(DType type)
    {
        Run full = new(1), mixed = new(1, precision: type);
        var a = full.Trainer.Fit(full.Train, full.Train, 8).Epochs;
        var b = mixed.Trainer.Fit(mixed.Train, mixed.Train, 8).Epochs;
        Assert.That(b[^1].TestAccuracy, Is.GreaterThan(0.85));
        // A half type rounds each product to 8 or 11 bits; the losses go the same way, not to the same digits.
        Assert.That(b[^1].TrainLoss, Is.EqualTo(a[^1].TrainLoss).Within(0.1));
        Assert.That(mixed.Model.Parameters().Select(parameter => parameter.DType), Is.All.EqualTo(DType.Float32));
    }

    [Test]
    public void A_step_whose_gradients_overflow_changes_no_weight_and_halves_the_scale()
    {
        var parameter = new Parameter(Tensor.From(new[] { 1f, 2f }), "w");
        var optimizer = new Sgd([parameter], 0.1);
        var scaler = new GradScaler(initialScale: 8, growthInterval: 2);
        void Step(double slope)
        {
            optimizer.ZeroGrad();
            scaler.ScaleLoss((parameter.Value * slope).Sum()).Backward();
            scaler.Step(optimizer, scaler.Unscale(optimizer));
        }

        Step(double.PositiveInfinity);
        Assert.That(parameter.Value.ToDoubles(), Is.EqualTo(new[] { 1.0, 2 }));
        Assert.That((scaler.Scale, optimizer.StepCount), Is.EqualTo((4.0, 0L)));
        Step(1);
        Assert.That(parameter.Value.ToDoubles(), Is.EqualTo(new[] { 0.9, 1.9 }).Within(1e-6));
        Step(1);
        Assert.That((scaler.Scale, optimizer.StepCount), Is.EqualTo((8.0, 2L)), "two good steps in a row double the scale");
    }

    private sealed class Run
    {
        public Run(long seed, string? checkpoint = null, Action<TrainingProgress>? onBatch = null, bool compile = true, EarlyStopping? stopping = null, DType? precision = null)
        {
            Model = Net(seed);
            var random = new RandomStream(42);
            var x = random.Normal([50, 1, 4, 4]);
            var y = (x.Mean([1, 2, 3]) > 0).To(DType.Int64);
            Train = new(new TensorDataset(x, y), 10, shuffle: true, seed: 7);
            Trainer = new(Model, new AdamW(Model.Parameters(), 0.02), compile: compile)
            {
                Schedule = new CosineSchedule(60, 3),
                ClipNorm = 5,
                CheckpointPath = checkpoint,
                OnBatch = onBatch,
                EarlyStopping = stopping,
                MixedPrecision = precision,
                Scaler = precision == DType.Float16 ? new GradScaler() : null,
            };
        }

        public Module Model { get; }

        public DataLoader Train { get; }

        public Trainer Trainer { get; }

        public static Sequential Net(long seed)
        {
            var random = new RandomStream(seed);
            return new(new Conv2d(1, 4, 3, padding: 1, random: random), new BatchNorm2d(4), new ReLU(), new Flatten(), new Dropout(0.1, new RandomStream(seed + 1)), new Linear(64, 2, random: random));
        }
    }
}

internal static class Saving
{
    public static void Save2(this Module module, string path) => CudaNet.Nn.Formats.SafeTensors.SafeTensorsTensors.Save(module, path);
}
