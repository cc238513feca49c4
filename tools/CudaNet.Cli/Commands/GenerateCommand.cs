using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet generate.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var prompt = new Argument<string>("PROMPT") { Description = "Beginning of the text", DefaultValueFactory = _ => "\n" };
        var beams = new Option<int>("--beams") { Description = "Search with this many beams instead of drawing", HelpName = "N", DefaultValueFactory = _ => 1 };
        var writing = new WritingOptions();
        var command = new Command("generate", "Let a model continue a text.") { prompt, beams };
        writing.AddTo(command);
        return command.Does((parsed, report, stop) =>
        {
            var model = writing.Load(parsed);
            var options = writing.Of(parsed, model) with { Beams = parsed.GetValue(beams) };
            Console.Write(parsed.GetValue(prompt));
            var (clock, count) = (Stopwatch.StartNew(), 0);
            var text = model.Continue(parsed.GetValue(prompt)!, options, piece =>
            {
                count++;
                Console.Write(piece);
                Console.Out.Flush();
            }, stop);
            Console.WriteLine();
            report.Row(("text", text));
            report.Figure("pieces", count);
            report.Figure("seconds", clock.Elapsed.TotalSeconds);
            if (!Console.IsOutputRedirected) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count / clock.Elapsed.TotalSeconds:F0} pieces a second"));
        }).WithExamples(
            ("cudanet generate \"In the beginning\"", "the model of cudanet train gpt"),
            ("cudanet generate --model ~/gpt2 \"Once\" --top-p 0.9", "GPT-2 as Hugging Face publishes it"),
            ("cudanet generate \"And God\" --beams 4 --tokens 20", "the likeliest of four texts that are kept"));
    }
}
