using System.Diagnostics;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;

namespace CudaNet.Nn.Training;

/// <summary>Trains a model: batches, epochs, tests, progress, early stopping, and checkpoints from which a run goes on to
/// exactly the weights that it would have had without the break.</summary>
/// <remarks>The training step (forward, backward, clipping, optimiser) is one compiled function. A run is a pure
/// function of the model's first weights, the loader's seed and the options: a checkpoint holds the weights, the
/// optimiser's slots, the random streams and the place in the epoch, and nothing else is needed.</remarks>
public sealed class Trainer
{
    private readonly Func<Tensor, Tensor, Tensor> _loss;
    private readonly Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> _trainStep, _evalStep;

    /// <summary>A trainer.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="optimizer">Who changes its parameters.</param>
    /// <param name="loss">Scalar mean loss of a batch from the model's result and the targets; cross entropy if null.</param>
    /// <param name="compile">False runs every step by itself, which is slower and shows each error where it arises.</param>
    public Trainer(Module model, Optimizer optimizer, Func<Tensor, Tensor, Tensor>? loss = null, bool compile = true)
    {
        (Model, Optimizer, _loss) = (model, optimizer, loss ?? ((output, target) => Loss.CrossEntropy(output, target)));
        _trainStep = compile ? Compiled.Of(TrainStep) : TrainStep;
        _evalStep = compile ? Compiled.Of(EvalStep) : EvalStep;
    }

    /// <summary>What is trained.</summary>
    public Module Model { get; }

    /// <summary>Who changes its parameters.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>Learning rate over the batches of the whole run; constant if null.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Greatest norm of all gradients together; null for no clipping.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>Half type of a mixed-precision run (<see cref="Autocast"/>): BFloat16 or Float16; null for none.</summary>
    public DType? MixedPrecision { get; init; }

    /// <summary>Scales the loss; needed where <see cref="MixedPrecision"/> is Float16. Null for none.</summary>
    public GradScaler? Scaler { get; init; }

    /// <summary>Parts that a batch is computed in, one after another, with their gradients added up: a large batch in little memory. The
    /// mean over the batch is that of the parts' means.</summary>
    public int Microbatches { get; init; } = 1;

    /// <summary>When to end before the last epoch; null for never.</summary>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>Where losses, accuracies, rate and throughput are written after each <see cref="LogInterval"/> batches and each epoch.</summary>
    public IReadOnlyList<TrainingLog> Logs { get; init; } = [];

    /// <summary>Batches from one entry of the logs to the next.</summary>
    public int LogInterval { get; init; } = 10;

    /// <summary>True writes histograms of all parameters into the logs after each epoch.</summary>
    public bool LogHistograms { get; init; }

    /// <summary>True looks after each step whether loss and weights are finite. If they are not, the step is undone and run again operation
    /// by operation (<see cref="Anomaly"/>), and the error names the first one that is not. It costs memory for a second copy of what a step changes.</summary>
    public bool DetectAnomaly { get; init; }

    /// <summary>Called after each batch.</summary>
    public Action<TrainingProgress>? OnBatch { get; init; }

    /// <summary>Called after each epoch.</summary>
    public Action<EpochResult>? OnEpoch { get; init; }

    /// <summary>File that the checkpoint is written to after each epoch and on cancellation; null for none.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Texts that go into the checkpoint: what is needed to build the same model again.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the run stands; a checkpoint restores it.</summary>
    public TrainingState State { get; } = new();

    /// <summary>Trains until the number of epochs is reached, from wherever <see cref="State"/> stands.</summary>
    /// <param name="train">Samples to train on.</param>
    /// <param name="test">Samples to test on after each epoch; null for none.</param>
    /// <param name="epochs">Epochs in all, those already done included.</param>
    /// <param name="cancellation">Ends the run after the present batch; the checkpoint is written.</param>
    /// <exception cref="TrainingException">The loss is no finite number, or early stopping has no test samples to watch.</exception>
    /// <exception cref="IOException">The checkpoint cannot be written.</exception>
    public TrainingResult Fit(DataLoader train, DataLoader? test = null, int epochs = 1, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        if (LogInterval < 1) throw new ArgumentOutOfRangeException(nameof(LogInterval), LogInterval, $"Trainer: the interval of the logs is {LogInterval} batches. Give 1 or more.");
        if (EarlyStopping is not null && test is null) throw new TrainingException("Trainer: EarlyStopping watches the test loss, but Fit got no test samples. Give a validation set.");
        var clock = Stopwatch.StartNew();
        var end = TrainingEnd.Completed;
        var pace = new Pace();
        while (State.Epoch < epochs && !IsStopped())
        {
            var began = clock.Elapsed;
            if (!TrainEpoch(train, epochs, pace, cancellation))
            {
                end = TrainingEnd.Interrupted;
                SaveCheckpoint();
                return new(end, State.History, State.Step, clock.Elapsed);
            }
            var trained = clock.Elapsed;
            FinishEpoch(train, test, clock, began, trained);
            SaveCheckpoint();
            OnEpoch?.Invoke(State.History[^1]);
        }
        if (State.Epoch < epochs) end = TrainingEnd.StoppedEarly;
        if (EarlyStopping is { RestoreBest: true } && State.BestWeights is { } best) Model.LoadStateDict(best);
        return new(end, State.History, State.Step, clock.Elapsed);
    }

    /// <summary>What the model says to a data set, in evaluation mode.</summary>
    public Evaluation Evaluate(DataLoader data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var training = Model.IsTraining;
        Model.Eval();
        try
        {
            var outputs = new List<float>();
            var targets = new List<int>();
            double loss = 0;
            long seen = 0, size = 1;
            foreach (var batch in data.Epoch(0))
            {
                var results = _evalStep([batch.Inputs, batch.Targets]);
                loss += results[0].Item() * batch.Count;
                seen += batch.Count;
                size = results[1].ElementCount / batch.Count;
                outputs.AddRange(results[1].ToArray<float>());
                if (IsClasses(batch.Targets)) targets.AddRange(batch.Targets.ToDoubles().Select(t => (int)t));
            }
            var evaluation = new Evaluation(loss / seen, double.NaN, [.. outputs], (int)size, [.. targets]);
            return targets.Count == 0 ? evaluation : evaluation with { Accuracy = evaluation.Confusion.Accuracy };
        }
        finally
        {
            if (training) Model.Train();
        }
    }

    /// <summary>Writes the checkpoint to <see cref="CheckpointPath"/>, if there is one.</summary>
    /// <exception cref="IOException">It cannot be written; an earlier one is unchanged.</exception>
    public void SaveCheckpoint()
    {
        if (CheckpointPath is not null) TrainingCheckpoint.Save(CheckpointPath, Model, Optimizer, State, Metadata, Scaler);
    }

    /// <summary>Takes weights, slots, streams and place of a checkpoint.</summary>
    /// <exception cref="Formats.DataFormatException">The file is damaged.</exception>
    /// <exception cref="TrainingException">It is no checkpoint, or one of another model or optimiser.</exception>
    public void LoadCheckpoint(string path) => TrainingCheckpoint.Load(path, Model, Optimizer, State, Scaler);

    /// <summary>The plan of a training step for such a batch.</summary>
    public Execution.Plan PlanOf(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Model.Train();
        return Compiled.PlanOf(TrainStep, batch.Inputs, batch.Targets);
    }

    /// <summary>A training step on one batch, to be called again and again: for measurements.</summary>
    public Action StepsOn(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Model.Train();
        Tensor[] arguments = [batch.Inputs, batch.Targets];
        return () => _trainStep(arguments)[0].Realize();
    }

    /// <summary>True when all batches of the epoch were trained, false when it was cancelled before.</summary>
    private bool TrainEpoch(DataLoader train, int epochs, Pace pace, CancellationToken cancellation)
    {
        Model.Train();
        foreach (var batch in train.Epoch(State.Epoch, State.Batch))
        {
            if (cancellation.IsCancellationRequested) return false;
            Schedule?.Apply(Optimizer, State.Step);
            var before = DetectAnomaly ? StepSnapshot.Take(Model, Optimizer, Scaler) : null;
            var results = _trainStep([batch.Inputs, batch.Targets]);
            var loss = results[0].Item();
            if (before is not null && (!double.IsFinite(loss) || results[^1].Item() == 0)) throw Found(before, batch, loss);
            if (!double.IsFinite(loss)) throw Diverged(loss);
            State.LossSum += loss * batch.Count;
            State.HasClasses = results.Count > (DetectAnomaly ? 2 : 1);
            var right = State.HasClasses ? (long)results[1].Item() : 0;
            State.Correct += right;
            State.Seen += batch.Count;
            State.Batch++;
            State.Step++;
            pace.Tick(batch.Count);
            if (State.Step % LogInterval == 0) LogBatch(loss, State.HasClasses ? right / (double)batch.Count : double.NaN, pace.PerSecond);
            OnBatch?.Invoke(new(State.Epoch + 1, epochs, State.Batch, train.BatchCount, State.LossSum / State.Seen, State.Accuracy,
                pace.PerSecond, pace.Remaining((epochs - State.Epoch) * (long)train.SampleCount - State.Seen)));
        }
        return true;
    }

    private void FinishEpoch(DataLoader train, DataLoader? test, Stopwatch clock, TimeSpan began, TimeSpan trained)
    {
        var evaluation = test is null ? null : Evaluate(test);
        var seconds = (trained - began).TotalSeconds;
        State.History.Add(new(State.Epoch + 1, State.LossSum / State.Seen, State.Accuracy, evaluation?.Loss ?? double.NaN, evaluation?.Accuracy ?? double.NaN,
            Optimizer.LearningRate, (clock.Elapsed - began).TotalSeconds, train.SampleCount / seconds));
        LogEpoch(State.History[^1]);
        State.NextEpoch();
        if (EarlyStopping is null || evaluation is null) return;
        if (evaluation.Loss < State.BestLoss - EarlyStopping.LeastProgress)
        {
            (State.BestLoss, State.EpochsWithoutProgress) = (evaluation.Loss, 0);
            if (EarlyStopping.RestoreBest) State.BestWeights = Model.StateDict();
        }
        else State.EpochsWithoutProgress++;
    }

    private bool IsStopped() => EarlyStopping is not null && State.EpochsWithoutProgress > EarlyStopping.Patience;

    private IReadOnlyList<Tensor> TrainStep(IReadOnlyList<Tensor> batch)
    {
        Optimizer.ZeroGrad();
        var count = batch[0].Shape[0];
        if (Microbatches < 1 || count % Microbatches != 0)
            throw new TrainingException($"Trainer: a batch of {count} samples cannot be computed in {Microbatches} equal parts. Choose a batch size that is a multiple, and dropLast for the loader.");
        Tensor? loss = null;
        var outputs = new List<Tensor>();
        for (var k = 0; k < Microbatches; k++)
        {
            var size = count / Microbatches;
            var (output, part) = Forward(Microbatches == 1 ? batch : [.. batch.Select(x => x.Narrow(0, k * size, size))]);
            if (Microbatches > 1) part /= Microbatches;
            (Scaler?.ScaleLoss(part) ?? part).Backward();
            loss = loss is null ? part : loss + part;
            outputs.Add(output);
        }
        var finite = Scaler?.Unscale(Optimizer);
        if (ClipNorm is { } norm) GradientClipping.ClipByNorm(Optimizer.Groups.SelectMany(group => group.Parameters), norm);
        if (finite is null) Optimizer.Step();
        else Scaler!.Step(Optimizer, finite);
        List<Tensor> results = IsClasses(batch[1]) && outputs[0].Rank == 2 ? [loss!, Tensor.Concat([.. outputs.Select(output => output.ArgMax(-1))]).Eq(batch[1]).Sum()] : [loss!];
        if (DetectAnomaly) results.Add(Model.Parameters().Select(p => p.Value.IsFinite().All()).Aggregate((all, finite) => all & finite));
        return results;
    }

    private void LogBatch(double loss, double accuracy, double perSecond)
    {
        foreach (var log in Logs)
        {
            log.Scalar("batch/loss", State.Step, loss);
            if (!double.IsNaN(accuracy)) log.Scalar("batch/accuracy", State.Step, accuracy);
            log.Scalar("batch/learning_rate", State.Step, Optimizer.LearningRate);
            if (perSecond > 0) log.Scalar("batch/samples_per_second", State.Step, perSecond);
        }
    }

    private void LogEpoch(EpochResult epoch)
    {
        (string, double)[] figures = [("train/loss", epoch.TrainLoss), ("train/accuracy", epoch.TrainAccuracy), ("test/loss", epoch.TestLoss), ("test/accuracy", epoch.TestAccuracy)];
        foreach (var log in Logs)
        {
            foreach (var (tag, value) in figures)
                if (!double.IsNaN(value)) log.Scalar(tag, State.Step, value);
            if (LogHistograms)
                foreach (var (name, parameter) in Model.NamedParameters()) log.Histogram($"parameters/{name}", State.Step, parameter.Value.ToDoubles());
            log.Flush();
        }
    }

    /// <summary>Undoes a step that went wrong, and finds out by which operation.</summary>
    private TrainingException Found(StepSnapshot before, Batch batch, double loss)
    {
        before.Restore();
        try
        {
            using (Anomaly.Detect())
                foreach (var result in TrainStep([batch.Inputs, batch.Targets])) result.Realize();
        }
        catch (AnomalyException error)
        {
            before.Restore();
            return new($"Trainer: step {State.Step + 1} (batch {State.Batch + 1} of epoch {State.Epoch + 1}) is not finite. {error.Message} The weights are those before the step.", error);
        }
        before.Restore();
        return double.IsFinite(loss) ? new($"Trainer: weights are no finite numbers after step {State.Step + 1}, and are when its operations run one by one: they overflow only where they are fused. Scale the inputs, or clip the gradients.") : Diverged(loss);
    }

    private IReadOnlyList<Tensor> EvalStep(IReadOnlyList<Tensor> batch)
    {
        var (output, loss) = Forward(batch);
        return [loss, output.To(DType.Float32)];
    }

    private (Tensor Output, Tensor Loss) Forward(IReadOnlyList<Tensor> batch)
    {
        using var precision = MixedPrecision is { } type ? Autocast.To(type) : null;
        var output = Model.Forward(batch[0]);
        return (output, _loss(output, batch[1]));
    }

    private static bool IsClasses(Tensor targets) => targets.DType.IsInteger() && targets.Rank == 1;

    private TrainingException Diverged(double loss) => new(
        $"Trainer: the loss is {loss} in batch {State.Batch + 1} of epoch {State.Epoch + 1}. The data may hold NaN, or the learning rate ({Optimizer.LearningRate:G3}) is too high: "
        + $"lower it, or set ClipNorm.{(DetectAnomaly ? "" : " With DetectAnomaly the error names the operation.")}");

    /// <summary>Throughput over the last seconds, tests between epochs included. The first batch, which plans, is left out.</summary>
    private sealed class Pace
    {
        private const double Window = 3, Spacing = 0.1;

        private readonly Queue<(long Time, long Samples)> _marks = new();
        private long _samples, _lastMark;

        public double PerSecond { get; private set; }

        public void Tick(int samples)
        {
            var now = Stopwatch.GetTimestamp();
            if (_marks.Count == 0) _marks.Enqueue((_lastMark = now, 0));
            else _samples += samples;
            if (Stopwatch.GetElapsedTime(_lastMark, now).TotalSeconds < Spacing && PerSecond > 0) return;
            while (_marks.Count > 1 && Stopwatch.GetElapsedTime(_marks.Peek().Time, now).TotalSeconds > Window) _marks.Dequeue();
            var (time, before) = _marks.Peek();
            var took = Stopwatch.GetElapsedTime(time, now).TotalSeconds;
            if (took > 0 && _samples > before) PerSecond = (_samples - before) / took;
            _marks.Enqueue((_lastMark = now, _samples));
        }

        public TimeSpan Remaining(long samples) => PerSecond > 0 ? TimeSpan.FromSeconds(Math.Max(0, samples) / PerSecond) : TimeSpan.Zero;
    }
}
