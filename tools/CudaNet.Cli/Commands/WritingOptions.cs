using System.CommandLine;
using CudaNet.Models.Language;
using CudaNet.Nn.Generation;

namespace CudaNet.Cli.Commands;

/// <summary>What generate and chat have in common: which model, and how it draws.</summary>
internal sealed class WritingOptions
{
    private readonly Option<string> _model = new("--model") { Description = "Folder of a training by cudanet train gpt, or of a model of Hugging Face's form", HelpName = "DIR", DefaultValueFactory = _ => Path.Combine("runs", "gpt") };
    private readonly Option<int> _tokens = new("--tokens") { Description = "Most new tokens", HelpName = "N", DefaultValueFactory = _ => 100 };
    private readonly Option<double> _temperature = new("--temperature") { Description = "0 takes the likeliest token, 1 draws as the model says", HelpName = "T", DefaultValueFactory = _ => 0.8 };
    private readonly Option<int?> _topK = new("--top-k") { Description = "Draw from the K likeliest tokens only", HelpName = "K" };
    private readonly Option<double?> _topP = new("--top-p") { Description = "Draw from the likeliest tokens only that have probability P together", HelpName = "P" };
    private readonly Option<double> _penalty = new("--repetition-penalty") { Description = "Above 1 makes tokens less likely that were there already", HelpName = "X", DefaultValueFactory = _ => 1 };
    private readonly Option<long> _seed = new("--seed") { Description = "Decides what is drawn", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _device = Devices.Option();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _model, _tokens, _temperature, _topK, _topP, _penalty, _seed, _device }) command.Options.Add(option);
    }

    public LanguageModel Load(ParseResult parsed)
    {
        var device = Devices.Use(parsed.GetValue(_device)!);
        var loaded = LanguageModel.Load(parsed.GetValue(_model)!);
        Nn.ModuleExtensions.To(loaded.Model, device);
        return loaded;
    }

    public GenerationOptions Of(ParseResult parsed, LanguageModel model) => new()
    {
        MaxTokens = parsed.GetValue(_tokens),
        Temperature = parsed.GetValue(_temperature),
        TopK = parsed.GetValue(_topK),
        TopP = parsed.GetValue(_topP),
        RepetitionPenalty = parsed.GetValue(_penalty),
        Seed = parsed.GetValue(_seed),
        EndTokens = [.. model.Tokenizer.SpecialTokens.Where(token => token.Key is "<|endoftext|>" or "</s>").Select(token => (long)token.Value)],
    };
}
