using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using CudaNet.Cli.Commands;

namespace CudaNet.Cli;

/// <summary>The <c>cudanet</c> command. It parses, prints and returns an exit code; all that it does is in the libraries.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        Console.OutputEncoding = Encoding.UTF8;
        return Run(arguments);
    }

    /// <summary>Runs a command line; tests call it in their own process.</summary>
    internal static int Run(string[] arguments)
    {
        var root = Create();
        var parsed = root.Parse(arguments);
        // What a shell asks to complete is never a whole command line.
        var completes = arguments is [['[', ..], ..];
        // Who asks for help has not given the arguments yet.
        var helps = parsed.GetResult(root.Options.OfType<HelpOption>().Single()) is { Implicit: false };
        if (parsed.Errors.Count > 0 && !completes && !helps)
            return ParseErrors.Report(parsed, Console.Error);
        // Ctrl-C is handled by each command: it saves before it stops.
        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    internal static RootCommand Create()
    {
        var root = new RootCommand("A deep learning engine for .NET: train, look into and verify it.")
        {
            InfoCommand.Create(), TrainCommand.Create(), GenerateCommand.Create(), ChatCommand.Create(), SystemsCommand.Create(), VerifyCommand.Create(), KernelsCommand.Create(),
            ExplainCommand.Create(), InspectCommand.Create(), RunCommand.Create(), EmbedCommand.Create(), CompletionCommand.Create(),
        };
        root.Options.Add(CommandRunner.Json);
        root.Options.Add(CommandRunner.Debug);
        Examples.Install(root);
        return root;
    }
}
