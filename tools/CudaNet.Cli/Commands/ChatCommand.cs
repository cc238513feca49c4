using System.CommandLine;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet chat.</summary>
internal static class ChatCommand
{
    public static Command Create()
    {
        var writing = new WritingOptions();
        var command = new Command("chat", "Write a text in turns with a model: it continues what you type, and sees what was written before.");
        writing.AddTo(command);
        return command.Does((parsed, report, stop) =>
        {
            var model = writing.Load(parsed);
            var options = writing.Of(parsed, model);
            Console.WriteLine($"{model.Model}. Type a line; /new begins anew, an empty line or Ctrl-D ends.");
            var text = "";
            var turns = 0;
            while (!stop.IsCancellationRequested)
            {
                Console.Write("> ");
                if (Console.In.ReadLine() is not { Length: > 0 } line) break;
                if (line == "/new")
                {
                    text = "";
                    continue;
                }
                text += line;
                // Another seed each turn: the same words need not get the same answer.
                text += model.Continue(text, options with { Seed = options.Seed + turns++ }, piece =>
                {
                    Console.Write(piece);
                    Console.Out.Flush();
                }, stop) + "\n";
                Console.WriteLine();
            }
            report.Figure("turns", turns);
        }).WithExamples(("cudanet chat", "with the model of cudanet train gpt"), ("cudanet chat --model ~/gpt2 --top-p 0.9", "with GPT-2 as Hugging Face publishes it"));
    }
}
