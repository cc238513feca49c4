using System.CommandLine;
using System.Globalization;
using CudaNet.Cli.Output;
using CudaNet.Onnx;
using Spectre.Console;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet embed QUERY SENTENCE….</summary>
internal static class EmbedCommand
{
    private static readonly Argument<string> Query = new("QUERY") { Description = "A sentence" };
    private static readonly Argument<string[]> Sentences = new("SENTENCE") { Description = "Sentences to rank", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string?> From = new("--file") { Description = "Rank the lines of a file", HelpName = "FILE" };
    private static readonly Option<string?> Model = new("--model") { Description = "Folder of model.onnx and vocab.txt. Default: MiniLM, once fetched by tools/data/fetch-models.cs", HelpName = "DIR" };
    private static readonly Option<int> Top = new("--top") { Description = "How many to show", HelpName = "N", DefaultValueFactory = _ => 10 };

    public static Command Create() => new Command("embed", "Rank sentences by how close they are to a query in meaning.") { Query, Sentences, From, Model, Top }
        .Does(Run)
        .WithExamples(
            ("cudanet embed \"A man is eating.\" \"Someone has lunch.\" \"Stocks fell.\"", "the closest first"),
            ("cudanet embed \"how do I save a model?\" --file questions.txt", "the lines of a file"));

    private static void Run(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        string[] sentences = [.. parsed.GetValue(Sentences) ?? [], .. parsed.GetValue(From) is { } file ? File.ReadLines(file).Where(line => !string.IsNullOrWhiteSpace(line)) : []];
        if (sentences.Length == 0)
            throw new ArgumentException("There is nothing to rank. Give sentences behind the query, or --file.");
        var encoder = SentenceEncoder.Load(parsed.GetValue(Model));
        var table = Screen.Table(("similarity", true), ("sentence", false));
        foreach (var (index, similarity) in encoder.Rank(parsed.GetValue(Query)!, sentences).Take(parsed.GetValue(Top)))
        {
            table.AddRow(similarity.ToString("F4", CultureInfo.InvariantCulture), Markup.Escape(sentences[index]));
            report.Row(("similarity", similarity), ("sentence", sentences[index]));
        }
        report.Figure("sentences", sentences.Length);
        Screen.Create().Write(table);
    }
}
