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
        if (unknown is null) message = Describe(parsed, command);
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

    private static string Describe(ParseResult parsed, Command command)
    {
        if (command.Subcommands.Count > 0) return $"name what to do: {string.Join(", ", command.Subcommands.Select(c => c.Name))}.";
        // An option whose text is no number: the parser's own message speaks of .NET types.
        foreach (var option in parsed.CommandResult.Children.OfType<OptionResult>())
            if (option.Errors.Any() && option.Tokens.Count == 1)
                return $"{option.Option.Name} takes {Kind(option.Option.ValueType)}, not '{option.Tokens[0].Value}'.";
        return parsed.Errors[0].Message;
    }

    private static string Kind(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(int) || t == typeof(long) => "a whole number",
        var t when t == typeof(double) => "a number",
        _ => "another value",
    };

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
