using System.CommandLine;
using System.CommandLine.Parsing;
using CudaNet.Models.Systems;

namespace CudaNet.Cli;

/// <summary>Says in one line what is wrong with a command line, and what was perhaps meant.</summary>
internal static class ParseErrors
{
    public static int Report(ParseResult parsed, TextWriter error)
    {
        var command = parsed.CommandResult.Command;
        var path = Path(parsed.CommandResult);
        var unknown = parsed.UnmatchedTokens.FirstOrDefault();
        string message;
        if (unknown is null) message = parsed.Errors[0].Message;
        else
        {
            var names = unknown.StartsWith('-') ? Options(parsed.CommandResult) : [.. command.Subcommands.Select(c => c.Name)];
            var kind = unknown.StartsWith('-') ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
            var nearest = NearestNames.Of(unknown, names);
            message = $"'{unknown}' is no {kind} of {path}." + (nearest.Count > 0 ? $" Did you mean {string.Join(", ", nearest)}?"
                : kind == "command" ? $" There is {string.Join(", ", names)}." : "");
        }
        error.WriteLine($"cudanet: {message} See {path} --help.");
        return CommandRunner.Failed;
    }

    private static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "cudanet";

    private static List<string> Options(CommandResult result)
    {
        var names = result.Command.Options.Select(option => option.Name).ToList();
        for (var at = result.Parent as CommandResult; at is not null; at = at.Parent as CommandResult)
            names.AddRange(at.Command.Options.Where(option => option.Recursive).Select(option => option.Name));
        return names;
    }
}
