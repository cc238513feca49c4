using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Formats;
using CudaNet.Nn.Generation;
using CudaNet.Nn.Text;
using CudaNet.Nn.Training;

namespace CudaNet.Models.Language;

/// <summary>A model with its vocabulary: text to text.</summary>
public sealed class LanguageModel
{
    private readonly Generator _generator;

    /// <summary>A model with its vocabulary.</summary>
    public LanguageModel(CausalModel model, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (tokenizer.VocabularySize > model.Vocabulary)
            throw new ArgumentException($"LanguageModel: the vocabulary has {tokenizer.VocabularySize} tokens, the model {model.Vocabulary}. Take the vocabulary that it was trained with.", nameof(tokenizer));
        (Model, Tokenizer, _generator) = (model, tokenizer, new(model));
    }

    /// <summary>The model.</summary>
    public CausalModel Model { get; }

    /// <summary>Its vocabulary.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Reads a folder: one that <c>cudanet train gpt</c> wrote, or one of Hugging Face's form with config.json (GPT-2, Llama, Mistral),
    /// safetensors in one or several files, vocab.json and merges.txt.</summary>
    /// <exception cref="IOException">A file is missing.</exception>
    /// <exception cref="DataFormatException">A file is damaged.</exception>
    /// <exception cref="StateDictException">Weights do not fit.</exception>
    public static LanguageModel Load(string folder)
    {
        var checkpoint = Path.Combine(folder, GptTraining.CheckpointName);
        CausalModel model;
        if (File.Exists(checkpoint))
        {
            var o = GptTraining.OptionsOf(folder);
            var tokens = VocabularyOf(folder);
            model = Nn.Model.FromShapes(() => new Gpt2(new(o.Layers, o.Size, o.Heads, tokens.VocabularySize, o.Context, o.Dropout)));
            Nn.Formats.SafeTensors.SafeTensorsTensors.Load(model, checkpoint);
            return new(model, tokens);
        }
        if (!File.Exists(Path.Combine(folder, "config.json")))
            throw new FileNotFoundException($"{folder}: there is neither {GptTraining.CheckpointName} nor config.json. Give the folder of a run of cudanet train gpt, or of a model of Hugging Face's form.");
        model = Pretrained.Decoder(folder);
        return new(model, VocabularyOf(folder));
    }

    /// <summary>Continues a text.</summary>
    /// <param name="prompt">Its beginning; its last part is used where it is longer than the model's positions.</param>
    /// <param name="options">How.</param>
    /// <param name="onText">Called with each new piece of whole characters.</param>
    /// <param name="cancellation">Ends it with what there is.</param>
    /// <returns>The new text.</returns>
    public string Continue(string prompt, GenerationOptions? options = null, Action<string>? onText = null, CancellationToken cancellation = default)
    {
        options ??= new();
        long[] tokens = [.. Tokenizer.Encode(prompt.Length == 0 ? "\n" : prompt).Select(token => (long)token)];
        if (Model.MaxLength is { } longest)
        {
            // Room for the answer, and half of the positions for the prompt at least.
            var room = (int)Math.Max(longest / 2, longest - options.MaxTokens);
            if (tokens.Length > room) tokens = tokens[^room..];
        }
        var stream = Tokenizer.Stream();
        var text = new System.Text.StringBuilder();
        void Give(string piece)
        {
            if (piece.Length == 0) return;
            text.Append(piece);
            onText?.Invoke(piece);
        }
        _generator.Generate(tokens, options, token => Give(stream.Push((int)token)), cancellation);
        Give(stream.Flush());
        return text.ToString();
    }

    private static ByteLevelBpe VocabularyOf(string folder)
    {
        string vocabulary = Path.Combine(folder, GptTraining.VocabularyName), merges = Path.Combine(folder, GptTraining.MergesName);
        foreach (var path in new[] { vocabulary, merges })
            if (!File.Exists(path)) throw new FileNotFoundException($"{path}: the vocabulary is missing. A model needs vocab.json and merges.txt.", path);
        return ByteLevelBpe.Load(vocabulary, merges);
    }
}
