using System.Globalization;
using System.Text;
using System.Text.Json;
using CudaNet.IO;
using CudaNet.Models.Ch02_Foundations;
using CudaNet.Models.Ch09_Convolution;
using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Formats.SafeTensors;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Nn.Training;
using CudaNet.Plotting;

namespace CudaNet.Models.Mnist;

/// <summary>Trains a small network on MNIST or a data set of its form; what <c>cudanet train mnist</c> runs.</summary>
/// <remarks>AdamW with a cosine schedule over the whole run and a short warm-up; training images are moved by a pixel at
/// random. A resumed run gives exactly the weights of an uninterrupted one.</remarks>
public sealed class MnistTraining
{
    /// <summary>Name of the checkpoint in a run's folder.</summary>
    public const string CheckpointName = "checkpoint.safetensors";

    private const string OptionsKey = "cudanet.mnist", SamplesKey = "cudanet.mnist.samples";
    private readonly DataLoader _train, _test;

    /// <summary>Reads the data and builds the model.</summary>
    /// <param name="options">How to train.</param>
    /// <param name="folder">Where checkpoint and pictures go; null for nowhere.</param>
    /// <param name="onBatch">Called after each batch.</param>
    /// <param name="onEpoch">Called after each epoch.</param>
    /// <param name="logs">Where losses and accuracies are written, and histograms of the weights; none if null.</param>
    /// <param name="detectAnomaly">True names the operation that gives the first NaN or infinity.</param>
    /// <exception cref="IOException">The data is missing.</exception>
    /// <exception cref="Nn.Formats.DataFormatException">The data is damaged.</exception>
    public MnistTraining(MnistOptions options, string? folder = null, Action<TrainingProgress>? onBatch = null, Action<EpochResult>? onEpoch = null, IReadOnlyList<TrainingLog>? logs = null, bool detectAnomaly = false)
    {
        ArgumentNullException.ThrowIfNull(options);
        (Options, Folder) = (options.Complete(), folder);
        Data = Nn.Data.Mnist.Load(Options.Data);
        if (Options.Model == "cnn" && (Data.Train.Height != Data.Train.Width || Data.Train.Height % 4 != 0))
            throw new ArgumentException($"The cnn needs square images with a side divisible by 4; these are {Data.Train.Height}×{Data.Train.Width}. Use the model mlp.");
        Dataset samples = Options.Shift > 0 ? new ImageDataset(Data.Train, new ImageAugmentation(RandomMaps.Shift(Options.Shift.Value))) : new ImageDataset(Data.Train);
        if (Options.Limit is { } limit) samples = samples.Take(limit);
        _train = new(samples, Options.BatchSize!.Value, shuffle: true, seed: Options.Seed);
        _test = new(new ImageDataset(Data.Test), 250);
        var random = new RandomStream(Options.Seed);
        var pixels = Data.Train.Height * Data.Train.Width;
        Model = Options.Model == "cnn" ? new DigitCnn(size: Data.Train.Width, random: random) : new MyNet(pixels, random: random);
        long steps = (long)Options.Epochs!.Value * _train.BatchCount;
        Trainer = new(Model, new AdamW(Model.Parameters(), Options.LearningRate!.Value))
        {
            Schedule = new CosineSchedule(steps, Math.Min(_train.BatchCount / 2, steps), 0.01),
            OnBatch = onBatch,
            OnEpoch = onEpoch,
            Logs = logs ?? [],
            LogHistograms = true,
            DetectAnomaly = detectAnomaly,
            CheckpointPath = folder is null ? null : Path.Combine(folder, CheckpointName),
            Metadata = new Dictionary<string, string>
            {
                [OptionsKey] = JsonSerializer.Serialize(Options, OptionsJson.Default.MnistOptions),
                [SamplesKey] = samples.Count.ToString(CultureInfo.InvariantCulture),
            },
        };
    }

    /// <summary>How it is trained, with all defaults filled in.</summary>
    public MnistOptions Options { get; }

    /// <summary>Where checkpoint and pictures go; null for nowhere.</summary>
    public string? Folder { get; }

    /// <summary>The data set.</summary>
    public MnistData Data { get; }

    /// <summary>The network.</summary>
    public Module Model { get; }

    /// <summary>What trains it.</summary>
    public Trainer Trainer { get; }

    /// <summary>Training images in use.</summary>
    public int TrainCount => _train.Dataset.Count;

    /// <summary>The options of the run whose checkpoint lies in a folder.</summary>
    /// <exception cref="FileNotFoundException">There is no checkpoint.</exception>
    /// <exception cref="TrainingException">It is of another kind of run.</exception>
    public static MnistOptions OptionsOf(string folder)
    {
        var path = Path.Combine(folder, CheckpointName);
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: there is no checkpoint to go on from. Train there first, or give the folder of a run that was begun.", path);
        using var file = SafeTensorsFile.Open(path);
        try
        {
            return file.Metadata.TryGetValue(OptionsKey, out var text) && OptionsJson.Read(text, OptionsJson.Default.MnistOptions) is { } options
                ? options.Complete()
                : throw new TrainingException($"{path}: this is no checkpoint of a training on MNIST. Give the folder of one.");
        }
        catch (JsonException error)
        {
            throw new TrainingException($"{path}: the options in the checkpoint are damaged: {error.Message} Train again.", error);
        }
    }

    /// <summary>Goes back to where the checkpoint in the run's folder stands.</summary>
    /// <exception cref="TrainingException">It is of another model or amount of data.</exception>
    public void Resume()
    {
        var path = Trainer.CheckpointPath ?? throw new InvalidOperationException("MnistTraining.Resume: there is no folder. Give one to the constructor.");
        using (var file = SafeTensorsFile.Open(path))
            if (file.Metadata.TryGetValue(SamplesKey, out var count) && count != Trainer.Metadata[SamplesKey])
                throw new TrainingException($"{path}: that run trains on {count} images, this one has {Trainer.Metadata[SamplesKey]}. Give the same --data and --limit.");
        Trainer.LoadCheckpoint(path);
    }

    /// <summary>Trains to the last epoch, and writes curve, confusion matrix and mistakes into the folder.</summary>
    public MnistReport Run(CancellationToken cancellation = default)
    {
        RequireFolder();
        var result = Trainer.Fit(_train, _test, Options.Epochs!.Value, cancellation);
        var evaluation = Trainer.Evaluate(_test);
        return new(this, result, evaluation, Folder is null || result.End == TrainingEnd.Interrupted ? [] : [.. Write(result, evaluation)]);
    }

    /// <summary>The first batch of training images, for the plan of a step.</summary>
    public Batch FirstBatch() => _train.Epoch(0).First();

    /// <summary>A folder that cannot be written is told of at once, not after the first epoch.</summary>
    private void RequireFolder()
    {
        if (Folder is null) return;
        try
        {
            Directory.CreateDirectory(Folder);
            var probe = Path.Combine(Folder, $".{Guid.NewGuid():N}.tmp");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{Folder}: nothing can be written to this folder: {error.Message.TrimEnd('.')}. Choose another one.", error);
        }
    }

    private IEnumerable<string> Write(TrainingResult result, Evaluation evaluation)
    {
        string At(string name) => Path.Combine(Folder!, name);
        var name = $"{Data.Source.Name}, {Options.Model}";
        var mistakes = evaluation.WorstMistakes(10).Select(m => SheetImage.Mistake(Data.Test.Image(m.Sample).ToArray(), Data.Test.Height, Data.Test.Width,
            Data.ClassNames[evaluation.Targets[m.Sample]], Data.ClassNames[m.Prediction], m.Probability)).ToList();
        (string Name, Picture Picture)[] pictures =
        [
            ("learning-curve.png", new LearningCurve($"{name}: {evaluation.Accuracy:P1} of the test images are right")
            {
                TrainLoss = [.. result.Epochs.Select(e => e.TrainLoss)], TestLoss = [.. result.Epochs.Select(e => e.TestLoss)],
                TrainAccuracy = [.. result.Epochs.Select(e => e.TrainAccuracy)], TestAccuracy = [.. result.Epochs.Select(e => e.TestAccuracy)],
            }),
            ("confusion.png", new ConfusionMatrixPlot($"{name}: test images", evaluation.Confusion.ToArray(), Data.ClassNames)),
            ("mistakes.png", new ImageSheet($"{name}: the {mistakes.Count} worst mistakes", mistakes)),
        ];
        yield return At(CheckpointName);
        foreach (var (file, picture) in pictures)
        {
            picture.Save(At(file));
            yield return At(file);
        }
        AtomicFile.Write(At("metrics.csv"), Encoding.UTF8.GetBytes(Csv(result)));
        yield return At("metrics.csv");
    }

    private static string Csv(TrainingResult result)
    {
        var text = new StringBuilder("epoch,train_loss,train_accuracy,test_loss,test_accuracy,learning_rate,seconds,images_per_second\n");
        foreach (var e in result.Epochs)
            text.Append(CultureInfo.InvariantCulture, $"{e.Epoch},{e.TrainLoss:R},{e.TrainAccuracy:R},{e.TestLoss:R},{e.TestAccuracy:R},{e.LearningRate:R},{e.Seconds:F3},{e.SamplesPerSecond:F0}\n");
        return text.ToString();
    }
}
