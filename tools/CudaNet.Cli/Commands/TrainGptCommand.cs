using System.CommandLine;
using System.Globalization;
using CudaNet.Cli.Output;
using CudaNet.Models.Language;
using CudaNet.Nn.Training;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet train gpt.</summary>
internal static class TrainGptCommand
{
    private static readonly GptOptions Defaults = new();
    private static readonly Option<string?> Data = new Option<string?>("--data") { Description = "Text file, or kjv for the King James text of Debian's bible-kjv. Default: the part of it that is shipped", HelpName = "FILE|kjv" }.Completing(["kjv"]);
    private static readonly Option<int?> Vocabulary = Number("--vocabulary", $"Tokens that are learnt from the text; 256 for bytes. Default: {Defaults.Vocabulary}");
    private static readonly Option<int?> Layers = Number("--layers", $"Layers. Default: {Defaults.Layers}");
    private static readonly Option<int?> Size = Number("--size", $"Size of a row. Default: {Defaults.Size}");
    private static readonly Option<int?> Heads = Number("--heads", $"Heads of attention. Default: {Defaults.Heads}");
    private static readonly Option<int?> Context = Number("--context", $"Tokens of a window. Default: {Defaults.Context}");
    private static readonly Option<int?> Batch = Number("--batch", $"Windows of a batch. Default: {Defaults.Batch}");
    private static readonly Option<int?> Accumulate = Number("--accumulate", "Parts that a batch is computed in, to save memory. Default: 1");
    private static readonly Option<int?> Steps = Number("--steps", $"Steps in all. Default: {Defaults.Steps}");
    private static readonly Option<int?> Every = Number("--every", $"Steps between validations, samples of text and checkpoints. Default: {Defaults.Every}");
    private static readonly Option<GptOptimizer?> Optimizer = new("--optimizer") { Description = "muon: Muon for the layers' weights and AdamW for the rest; adamw: AdamW for all. Default: muon", HelpName = "adamw|muon" };
    private static readonly Option<double?> Rate = new("--lr") { Description = $"Greatest learning rate. Default: {Defaults.LearningRate.ToString(CultureInfo.InvariantCulture)}", HelpName = "RATE" };
    private static readonly Option<double?> Dropout = new("--dropout") { Description = "Share that is dropped. Default: 0", HelpName = "P" };
    private static readonly Option<bool> Mixed = new("--mixed") { Description = "Matrix products in bfloat16" };
    private static readonly Option<long?> Seed = new("--seed") { Description = "Decides first weights and windows. Default: 1", HelpName = "N" };
    private static readonly Option<string> Out = new("--out") { Description = "Folder for checkpoint, vocabulary and picture", HelpName = "DIR", DefaultValueFactory = _ => Path.Combine("runs", "gpt") };
    private static readonly Option<bool> Resume = new("--resume") { Description = "Go on from the checkpoint in the folder, to exactly the weights of an uninterrupted run" };
    private static readonly Option<string> Device = Devices.Option();

    public static Command Create() => new Command("gpt", "Train a small GPT on a text, and hold it against n-grams.")
    {
        Data, Vocabulary, Layers, Size, Heads, Context, Batch, Accumulate, Steps, Every, Optimizer, Rate, Dropout, Mixed, Seed, Out, Resume, Device,
    }.Does(Run).WithExamples(
        ("cudanet train gpt", "11 million parameters on the text that is shipped"),
        ("cudanet train gpt --data kjv", "the whole King James text of Debian's package bible-kjv"),
        ("cudanet train gpt --data my.txt --layers 4 --size 128 --heads 4", "a smaller one on a text of yours"),
        ("cudanet train gpt --resume", "go on after Ctrl-C"),
        ("cudanet generate \"In the beginning\"", "let it write"));

    private static void Run(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var device = Devices.Use(parsed.GetValue(Device)!);
        var folder = parsed.GetValue(Out)!;
        GptTraining training = null!;
        var view = new TrainingView("windows", " step   train loss   bits/byte   tokens/s     time", round => string.Create(CultureInfo.InvariantCulture,
            $"{round.Epoch * training.Options.Every,5}   {round.TrainLoss,10:F4}   {training.BitsPerByte(round.TestLoss),9:F4}   {round.SamplesPerSecond * training.Options.Context,8:N0}   {Screen.Duration(TimeSpan.FromSeconds(round.Seconds)),6}"));
        training = new GptTraining(Options(parsed, folder), folder, view.OnBatch, (round, sample) =>
        {
            view.OnEpoch(round);
            Console.WriteLine($"        {sample.ReplaceLineEndings(" / ")}");
        });
        if (parsed.GetValue(Resume)) training.Resume();
        Describe(training, device);
        var result = view.Watch(() => training.Run(cancellation));
        Fill(report, training, result);
        if (result.Result.End == TrainingEnd.Interrupted)
        {
            report.Fail("interrupted");
            Console.WriteLine($"Stopped after step {training.Trainer.State.Step}; saved to {training.Trainer.CheckpointPath}");
            Console.WriteLine($"Go on with: cudanet train gpt --resume --out {folder}");
            return;
        }
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"held-out text, {training.Corpus.TestBytes:N0} bytes: {result.BitsPerByte:F4} bits per byte after {training.Trainer.State.Step:N0} steps in {Screen.Duration(result.Result.Elapsed)}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"order-5 Kneser–Ney n-gram: {result.ByteGramBits:F4} of bytes, {result.TokenGramBits:F4} of the same tokens"));
        foreach (var file in result.Files) Console.WriteLine($"wrote {file}");
    }

    /// <summary>The options of the command line; on resume those of the checkpoint, which the command line must not contradict.</summary>
    private static GptOptions Options(ParseResult parsed, string folder)
    {
        var stored = parsed.GetValue(Resume) ? GptTraining.OptionsOf(folder) : null;
        var from = stored ?? Defaults;
        T Of<T>(Option<T?> option, T otherwise) where T : struct
        {
            if (stored is not null) TrainCommand.Agree(option.Name, parsed.GetValue(option), (T?)otherwise);
            return parsed.GetValue(option) ?? otherwise;
        }
        if (stored is not null) TrainCommand.Agree(Data.Name, parsed.GetValue(Data), stored.Data);
        return new()
        {
            Data = parsed.GetValue(Data) ?? from.Data,
            Vocabulary = Of(Vocabulary, from.Vocabulary),
            Layers = Of(Layers, from.Layers),
            Size = Of(Size, from.Size),
            Heads = Of(Heads, from.Heads),
            Context = Of(Context, from.Context),
            Batch = Of(Batch, from.Batch),
            Accumulate = Of(Accumulate, from.Accumulate),
            Steps = Of(Steps, from.Steps),
            Every = Of(Every, from.Every),
            Optimizer = Of(Optimizer, from.Optimizer),
            LearningRate = Of(Rate, from.LearningRate),
            Dropout = Of(Dropout, from.Dropout),
            Mixed = parsed.GetValue(Mixed) || from.Mixed,
            Seed = Of(Seed, from.Seed),
        };
    }

    private static void Describe(GptTraining training, CudaNet.Device device)
    {
        var (o, tokens) = (training.Options, training.TokenCounts);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{training.Corpus.Name}: {tokens.Train:N0} tokens to train, {tokens.Test:N0} held out, a vocabulary of {training.Tokenizer.VocabularySize:N0}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{training.Model}, {training.Model.ParameterCount:N0} parameters; {o.Optimizer}, rate {o.LearningRate}, warm-up and cosine; {o.Batch} windows of {o.Context}{(o.Accumulate > 1 ? $" in {o.Accumulate} parts" : "")}{(o.Mixed ? ", bf16" : "")}; {o.Steps:N0} steps; seed {o.Seed}; on {device}"));
        if (training.Trainer.State.Step > 0) Console.WriteLine($"resumed after step {training.Trainer.State.Step}");
        Console.WriteLine();
    }

    private static void Fill(Report report, GptTraining training, GptReport result)
    {
        report.Figure("bits_per_byte", result.BitsPerByte);
        report.Figure("byte_gram_bits", result.ByteGramBits);
        report.Figure("token_gram_bits", result.TokenGramBits);
        report.Figure("parameters", training.Model.ParameterCount);
        report.Figure("steps", result.Result.Steps);
        report.Figure("seconds", result.Result.Elapsed.TotalSeconds);
        foreach (var e in result.Result.Epochs)
            report.Row(("step", e.Epoch * training.Options.Every), ("train_loss", e.TrainLoss), ("bits_per_byte", training.BitsPerByte(e.TestLoss)), ("tokens_per_second", e.SamplesPerSecond * training.Options.Context), ("seconds", e.Seconds));
    }

    private static Option<int?> Number(string name, string description) => new(name) { Description = description, HelpName = "N" };
}
