using System.Text;
using System.Text.Json;
using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Formats.SafeTensors;
using CudaNet.Nn.Generation;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Nn.Text;
using CudaNet.Nn.Training;
using CudaNet.Plotting;

namespace CudaNet.Models.Language;

/// <summary>Trains a GPT on a text; what <c>cudanet train gpt</c> runs.</summary>
/// <remarks>Muon or AdamW with warm-up and cosine, gradients clipped to norm 1. A round of steps stands for an epoch; behind each the held-out text is
/// measured and a checkpoint written, from which a run goes on to exactly the weights of an uninterrupted one.</remarks>
public sealed class GptTraining
{
    /// <summary>Name of the checkpoint in a run's folder.</summary>
    public const string CheckpointName = "checkpoint.safetensors";

    internal const string OptionsKey = "cudanet.gpt", VocabularyName = "vocab.json", MergesName = "merges.txt";
    private const int Order = 5, QuickWindows = 64;

    private readonly DataLoader _train, _quick, _all;
    private readonly int[] _trainTokens, _testTokens;
    private readonly Generator _generator;
    private readonly Action<EpochResult, string>? _onRound;

    /// <summary>Reads the text, learns the vocabulary and builds the model.</summary>
    /// <param name="options">How to train.</param>
    /// <param name="folder">Where checkpoint, vocabulary and picture go; null for nowhere.</param>
    /// <param name="onBatch">Called after each step.</param>
    /// <param name="onRound">Called after each validation with what it came to and a sample of text.</param>
    /// <exception cref="IOException">The text is missing.</exception>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public GptTraining(GptOptions options, string? folder = null, Action<TrainingProgress>? onBatch = null, Action<EpochResult, string>? onRound = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (Options, Folder, _onRound) = (options.Checked(), folder, onRound);
        Corpus = TextCorpus.Load(options.Data);
        Tokenizer = ByteLevelBpe.Train([Corpus.Train], options.Vocabulary);
        (_trainTokens, _testTokens) = (Tokenizer.Encode(Corpus.Train, false), Tokenizer.Encode(Corpus.Test, false));
        if (_testTokens.Length <= options.Context) throw new IOException($"{Corpus.Name}: the held-out part has {_testTokens.Length} tokens, a window has {options.Context}. Give more text or a shorter context.");
        Model = new(new(options.Layers, options.Size, options.Heads, Tokenizer.VocabularySize, options.Context, options.Dropout), new(options.Seed));
        _generator = new(Model);
        _train = new(TokenWindows.Drawn(_trainTokens, options.Context, options.Every * options.Batch), options.Batch, seed: options.Seed);
        var along = TokenWindows.Along(_testTokens, options.Context, Math.Max(1, options.Context / 2));
        _all = new(along, options.Batch);
        var step = Math.Max(1, along.Count / QuickWindows);
        _quick = new(along.Subset([.. Enumerable.Range(0, Math.Min(QuickWindows, along.Count)).Select(k => k * step)]), options.Batch);
        var objective = new GptObjective(Model);
        Trainer = new(objective, Optimizer(), (losses, _) => losses.Mean())
        {
            Schedule = new CosineSchedule(options.Steps, options.Steps / 20, 0.05),
            ClipNorm = 1,
            Microbatches = options.Accumulate,
            MixedPrecision = options.Mixed ? DType.BFloat16 : null,
            OnBatch = onBatch,
            OnEpoch = Show,
            CheckpointPath = folder is null ? null : Path.Combine(folder, CheckpointName),
            Metadata = new Dictionary<string, string> { [OptionsKey] = JsonSerializer.Serialize(Options, OptionsJson.Default.GptOptions) },
        };
    }

    /// <summary>How it is trained.</summary>
    public GptOptions Options { get; }

    /// <summary>Where files go; null for nowhere.</summary>
    public string? Folder { get; }

    /// <summary>The text.</summary>
    public TextCorpus Corpus { get; }

    /// <summary>The vocabulary that was learnt from it.</summary>
    public ByteLevelBpe Tokenizer { get; }

    /// <summary>The model.</summary>
    public Gpt2 Model { get; }

    /// <summary>What trains it.</summary>
    public Trainer Trainer { get; }

    /// <summary>Rounds of the whole run.</summary>
    public int Rounds => (Options.Steps + Options.Every - 1) / Options.Every;

    /// <summary>Tokens of the parts to train and to test on.</summary>
    public (int Train, int Test) TokenCounts => (_trainTokens.Length, _testTokens.Length);

    /// <summary>The options of the run whose checkpoint lies in a folder.</summary>
    /// <exception cref="FileNotFoundException">There is no checkpoint.</exception>
    /// <exception cref="TrainingException">It is of another kind of run.</exception>
    public static GptOptions OptionsOf(string folder)
    {
        var path = Path.Combine(folder, CheckpointName);
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: there is no checkpoint. Give the folder of a run that was begun.", path);
        using var file = SafeTensorsFile.Open(path);
        try
        {
            return file.Metadata.TryGetValue(OptionsKey, out var text) && OptionsJson.Read(text, OptionsJson.Default.GptOptions) is { } options ? options
                : throw new TrainingException($"{path}: this is no checkpoint of a GPT. Give the folder of one.");
        }
        catch (JsonException error)
        {
            throw new TrainingException($"{path}: the options in the checkpoint are damaged: {error.Message} Train again.", error);
        }
    }

    /// <summary>Goes back to where the checkpoint in the run's folder stands.</summary>
    public void Resume() => Trainer.LoadCheckpoint(Trainer.CheckpointPath ?? throw new InvalidOperationException("GptTraining.Resume: there is no folder. Give one to the constructor."));

    /// <summary>Trains to the last step, measures the whole held-out text, and holds it against n-grams.</summary>
    public GptReport Run(CancellationToken cancellation = default)
    {
        if (Folder is not null)
        {
            Directory.CreateDirectory(Folder);
            Tokenizer.Save(Path.Combine(Folder, VocabularyName), Path.Combine(Folder, MergesName));
        }
        var result = Trainer.Fit(_train, _quick, Rounds, cancellation);
        if (result.End == TrainingEnd.Interrupted) return new(result, double.NaN, double.NaN, double.NaN, []);
        var bits = BitsPerByte(Trainer.Evaluate(_all).Loss);
        return new(result, bits, GramBits(bytes: true), GramBits(bytes: false), Folder is null ? [] : [.. Write(result)]);
    }

    /// <summary>Bits per byte of the held-out text at a loss in nats a token.</summary>
    public double BitsPerByte(double loss) => loss / Math.Log(2) * _testTokens.Length / Corpus.TestBytes;

    /// <summary>Bits per byte of an order-5 Kneser–Ney model on the held-out text.</summary>
    /// <param name="bytes">True for a model of bytes, false for one of the tokens.</param>
    public double GramBits(bool bytes)
    {
        int[] Of(string text, int[] tokens) => bytes ? [.. Encoding.UTF8.GetBytes(text).Select(b => (int)b)] : tokens;
        return new KneserNey(Of(Corpus.Train, _trainTokens), Order, bytes ? 256 : Tokenizer.VocabularySize).Bits(Of(Corpus.Test, _testTokens)) / Corpus.TestBytes;
    }

    /// <summary>A sample of what the model writes now.</summary>
    public string Sample(int tokens = 48, string prompt = "\n")
    {
        var options = new GenerationOptions { MaxTokens = Math.Min(tokens, Options.Context - 1), Temperature = 0.8, TopK = 40, Seed = Options.Seed };
        return Tokenizer.Decode([.. _generator.Generate([.. Tokenizer.Encode(prompt).Select(t => (long)t)], options).Select(t => (int)t)]);
    }

    /// <summary>Biases and norms do not decay; tables of tokens and places are looked up, not multiplied with, and stay with AdamW.</summary>
    private Optimizer Optimizer()
    {
        var matrices = Model.Parameters().Where(p => p.Shape.Rank > 1).ToList();
        var tables = matrices.Where(p => p == Model.TokenTable || p == Model.PositionTable).ToList();
        var plain = new ParameterGroup(Model.Parameters().Except(matrices), weightDecay: 0);
        return Options.Optimizer == GptOptimizer.Muon
            ? new Muon([new(matrices.Except(tables))], [new(tables), plain], Options.LearningRate)
            : new AdamW([new(matrices), plain], Options.LearningRate, 0.9, 0.95, weightDecay: 0.1);
    }

    private void Show(EpochResult round)
    {
        if (_onRound is null) return;
        Model.Eval();
        _onRound(round, Sample());
    }

    private IEnumerable<string> Write(TrainingResult result)
    {
        foreach (var name in new[] { CheckpointName, VocabularyName, MergesName }) yield return Path.Combine(Folder!, name);
        double[] steps = [.. result.Epochs.Select(e => (double)e.Epoch * Options.Every)];
        var path = Path.Combine(Folder!, "learning-curve.png");
        var trainRatio = _trainTokens.Length / (double)Encoding.UTF8.GetByteCount(Corpus.Train) / Math.Log(2);
        new CurvePlot($"{Corpus.Name}: {Model.ParameterCount:N0} parameters", "step", "bits per byte")
            .Add("training", steps, [.. result.Epochs.Select(e => e.TrainLoss * trainRatio)]).Add("held out", steps, [.. result.Epochs.Select(e => BitsPerByte(e.TestLoss))]).Save(path);
        yield return path;
    }
}
