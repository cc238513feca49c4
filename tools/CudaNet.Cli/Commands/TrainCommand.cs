using System.CommandLine;
using System.Globalization;
using CudaNet.Cli.Output;
using CudaNet.Models.Mnist;
using CudaNet.Nn.Training;
using Spectre.Console;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet train mnist.</summary>
internal static class TrainCommand
{
    private static readonly Option<string?> Model = new Option<string?>("--model") { Description = "mlp (784-128-10, ReLU) or cnn (conv-pool-conv-pool-linear). Default: mlp", HelpName = "MODEL" }.Completing(["mlp", "cnn"]);
    private static readonly Option<int?> Epochs = new("--epochs") { Description = "Epochs in all. Default: 30 for mlp, 8 for cnn. On resume a new number also stretches the schedule", HelpName = "N" };
    private static readonly Option<int?> Batch = new("--batch") { Description = "Images of a batch. Default: 64", HelpName = "N" };
    private static readonly Option<double?> Rate = new("--lr") { Description = "Greatest learning rate of the cosine schedule. Default: 0.004", HelpName = "RATE" };
    private static readonly Option<int?> Shift = new("--shift") { Description = "Pixels that training images are moved by at random. Default: 1", HelpName = "N" };
    private static readonly Option<long?> Seed = new("--seed") { Description = "Decides first weights, orders and shifts. Default: 1", HelpName = "N" };
    private static readonly Option<string?> Data = new Option<string?>("--data") { Description = "Folder of the four IDX files, plain or .gz, or fashion for Debian's package. Default: the 10,000 digits that are shipped", HelpName = "DIR|fashion" }.Completing(["fashion"]);
    private static readonly Option<int?> Limit = new("--limit") { Description = "Use only the first N training images", HelpName = "N" };
    private static readonly Option<string?> Out = new("--out") { Description = "Folder for checkpoint and pictures. Default: runs/mnist-MODEL", HelpName = "DIR" };
    private static readonly Option<string?> Log = new("--log") { Description = "Folder for an event file of TensorBoard and scalars.csv with losses, accuracies, rate and throughput", HelpName = "DIR" };
    private static readonly Option<bool> Anomaly = new("--detect-anomaly") { Description = "Look for NaN and infinity after each step, and name the operation that gives the first" };
    private static readonly Option<bool> Resume = new("--resume") { Description = "Go on from the checkpoint in the folder, to exactly the weights of an uninterrupted run" };
    private static readonly Option<string> Device = Devices.Option();

    public static Command Create() => new("train", "Train a model.")
    {
        new Command("mnist", "Train a small network on handwritten digits, or on data of their form.")
        {
            Model, Epochs, Batch, Rate, Shift, Seed, Data, Limit, Out, Log, Anomaly, Resume, Device,
        }.Does(Run).WithExamples(
            ("cudanet train mnist", "the network of the notes on the digits that are shipped"),
            ("cudanet train mnist --model cnn", "a convolutional network, more accurate and slower"),
            ("cudanet train mnist --data fashion", "Fashion-MNIST from Debian's package dataset-fashion-mnist"),
            ("cudanet train mnist --data ~/mnist", "all 60,000 digits from a folder of IDX files"),
            ("cudanet train mnist --log runs/log", "tensorboard --logdir runs/log shows it"),
            ("cudanet train mnist --resume", "go on after Ctrl-C")),
        TrainGptCommand.Create(),
    };

    private static void Run(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var device = Devices.Use(parsed.GetValue(Device)!);
        var options = Options(parsed, out var folder);
        var view = new TrainingView();
        using var board = parsed.GetValue(Log) is { } log ? new TensorBoardLog(log) : null;
        using var csv = parsed.GetValue(Log) is { } place ? new CsvLog(Path.Combine(place, "scalars.csv")) : null;
        TrainingLog?[] logs = [board, csv];
        var training = new MnistTraining(options, folder, view.OnBatch, view.OnEpoch, [.. logs.OfType<TrainingLog>()], parsed.GetValue(Anomaly));
        if (parsed.GetValue(Resume)) training.Resume();
        Describe(training, device);
        var result = view.Watch(() => training.Run(cancellation));
        Fill(report, result);
        if (result.Result.End == TrainingEnd.Interrupted)
        {
            report.Fail("interrupted");
            var state = training.Trainer.State;
            Console.WriteLine($"Stopped in epoch {state.Epoch + 1} after batch {state.Batch}; saved to {training.Trainer.CheckpointPath}");
            Console.WriteLine($"Go on with: cudanet train mnist --resume{(parsed.GetValue(Out) is { } given ? $" --out {given}" : training.Options.Model == "mlp" && training.Options.Data is null ? "" : $" --out {folder}")}");
            return;
        }
        Show(result);
    }

    /// <summary>The options of the command line; on resume those of the checkpoint, which the command line must not contradict.</summary>
    private static MnistOptions Options(ParseResult parsed, out string folder)
    {
        var model = parsed.GetValue(Model);
        var data = parsed.GetValue(Data);
        folder = parsed.GetValue(Out) ?? Path.Combine("runs", $"{(data is null ? "mnist" : Path.GetFileName(Path.TrimEndingDirectorySeparator(data)))}-{model ?? "mlp"}");
        if (!parsed.GetValue(Resume))
            return new MnistOptions
            {
                Model = model ?? "mlp",
                Epochs = parsed.GetValue(Epochs),
                BatchSize = parsed.GetValue(Batch),
                LearningRate = parsed.GetValue(Rate),
                Shift = parsed.GetValue(Shift),
                Seed = parsed.GetValue(Seed) ?? 1,
                Data = data,
                Limit = parsed.GetValue(Limit),
            };
        var stored = MnistTraining.OptionsOf(folder);
        Agree("--model", model, stored.Model);
        Agree("--batch", parsed.GetValue(Batch), stored.BatchSize);
        Agree("--lr", parsed.GetValue(Rate), stored.LearningRate);
        Agree("--shift", parsed.GetValue(Shift), stored.Shift);
        Agree("--seed", parsed.GetValue(Seed), stored.Seed);
        Agree("--data", data, stored.Data);
        Agree("--limit", parsed.GetValue(Limit), stored.Limit);
        return parsed.GetValue(Epochs) is { } epochs ? stored with { Epochs = epochs } : stored;
    }

    internal static void Agree<T>(string option, T? given, T? stored)
    {
        if (given is not null && !given.Equals(stored))
            throw new ArgumentException($"{option} {given} contradicts the run that is resumed, which has {(stored is null ? "none" : stored)}. Leave the option out, or train without --resume.");
    }

    private static void Describe(MnistTraining training, CudaNet.Device device)
    {
        var o = training.Options;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{training.Data.Source.Name}: {training.TrainCount:N0} images to train, {training.Data.Test.Count:N0} to test ({training.Data.Source.Folder})"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{o.Model}: {training.Model}, {training.Model.ParameterCount:N0} parameters; AdamW, rate {o.LearningRate}, cosine; batch {o.BatchSize}; shift {o.Shift}; seed {o.Seed}; on {device}"));
        if (training.Trainer.State.Step > 0)
            Console.WriteLine($"resumed after epoch {training.Trainer.State.Epoch}, batch {training.Trainer.State.Batch}");
        Console.WriteLine();
    }

    private static void Show(MnistReport result)
    {
        var (training, evaluation) = (result.Training, result.Evaluation);
        var confusion = evaluation.Confusion;
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Screen.Percent(evaluation.Accuracy)} of the test images are right: {confusion.Correct:N0} of {confusion.Total:N0}, after {result.Result.Epochs.Count} epochs in {Screen.Duration(result.Result.Elapsed)}"));
        var names = training.Data.ClassNames;
        var table = Screen.Table([("true \\ predicted", false), .. names.Select(name => (name.Length > 6 ? name[..6] : name, true)), ("recall", true)]);
        for (var t = 0; t < names.Count; t++)
        {
            var cells = new List<string> { Markup.Escape(names[t]) };
            for (var p = 0; p < names.Count; p++)
                cells.Add(confusion[t, p] == 0 ? "[grey]·[/]" : p == t ? $"[green]{confusion[t, p]}[/]" : $"[red]{confusion[t, p]}[/]");
            cells.Add(Screen.Percent(confusion.Recall(t)));
            table.AddRow([.. cells]);
        }
        Screen.Create().Write(table);
        foreach (var file in result.Files) Console.WriteLine($"wrote {file}");
    }

    private static void Fill(Report report, MnistReport result)
    {
        report.Figure("test_accuracy", result.Evaluation.Accuracy);
        report.Figure("test_loss", result.Evaluation.Loss);
        report.Figure("epochs", result.Result.Epochs.Count);
        report.Figure("steps", result.Result.Steps);
        report.Figure("seconds", result.Result.Elapsed.TotalSeconds);
        report.Figure("parameters", result.Training.Model.ParameterCount);
        if (result.Result.Epochs.Count > 0) report.Figure("images_per_second", result.Result.Epochs.Max(e => e.SamplesPerSecond));
        foreach (var e in result.Result.Epochs)
            report.Row(("epoch", e.Epoch), ("train_loss", e.TrainLoss), ("train_accuracy", e.TrainAccuracy), ("test_loss", e.TestLoss),
                ("test_accuracy", e.TestAccuracy), ("learning_rate", e.LearningRate), ("seconds", e.Seconds), ("images_per_second", e.SamplesPerSecond));
    }
}
