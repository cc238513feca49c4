using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace CudaNet.Cli;

/// <summary>Examples below the help of a command.</summary>
internal static class Examples
{
    private static readonly Dictionary<Command, (string Line, string What)[]> Known = [];

    /// <summary>Gives a command its examples.</summary>
    public static T WithExamples<T>(this T command, params (string Line, string What)[] examples) where T : Command
    {
        Known[command] = examples;
        return command;
    }

    /// <summary>Makes the help option of the root print them.</summary>
    public static void Install(RootCommand root)
    {
        Known[root] = [("cudanet train mnist", "train on the digits that are shipped"), ("cudanet systems list", "what of the course can be run"), ("cudanet train mnist --help", "all options of a command")];
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new WithExamplesAction((SynchronousCommandLineAction)help.Action!);
    }

    private sealed class WithExamplesAction(SynchronousCommandLineAction plain) : SynchronousCommandLineAction
    {
        public override bool Terminating => plain.Terminating;

        public override int Invoke(ParseResult parseResult)
        {
            var code = plain.Invoke(parseResult);
            if (!Known.TryGetValue(parseResult.CommandResult.Command, out var examples)) return code;
            var output = parseResult.InvocationConfiguration.Output;
            var width = examples.Max(example => example.Line.Length);
            output.WriteLine("Examples:");
            foreach (var (line, what) in examples) output.WriteLine($"  {line.PadRight(width)}  {what}");
            output.WriteLine();
            return code;
        }
    }
}
