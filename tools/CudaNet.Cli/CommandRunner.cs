using System.CommandLine;
using System.Runtime.InteropServices;

namespace CudaNet.Cli;

/// <summary>What all commands share: the JSON file, errors in one line, exit codes and Ctrl-C.</summary>
internal static class CommandRunner
{
    /// <summary>Exit code after a failed check or an error.</summary>
    public const int Failed = 1;

    /// <summary>Exit code after Ctrl-C, as shells have it.</summary>
    public const int Interrupted = 130;

    public static Option<string?> Json { get; } = new("--json")
    {
        Description = "Write the figures to a JSON file too: {\"command\", \"ok\", \"figures\", \"rows\"}.",
        HelpName = "FILE",
        Recursive = true,
    };

    public static Option<bool> Debug { get; } = new("--debug") { Description = "Show the stack of an error.", Recursive = true };

    /// <summary>Gives a command its action.</summary>
    /// <param name="command">The command.</param>
    /// <param name="run">Prints, and fills in the report; what it throws becomes one line.</param>
    public static Command Does(this Command command, Action<ParseResult, Report, CancellationToken> run)
    {
        command.SetAction(parsed =>
        {
            var report = new Report(FullName(command));
            using var stop = new CancellationTokenSource();
            using var interrupt = OnSignal(PosixSignal.SIGINT, stop);
            using var terminate = OnSignal(PosixSignal.SIGTERM, stop);
            var code = 0;
            try
            {
                run(parsed, report, stop.Token);
                code = report.Ok ? 0 : stop.IsCancellationRequested ? Interrupted : Failed;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                report.Fail("interrupted");
                code = Interrupted;
            }
            catch (Exception error)
            {
                report.Fail(Describe(error));
                Console.Error.WriteLine(parsed.GetValue(Debug) ? error.ToString() : $"cudanet: {report.Error}");
                code = Failed;
            }
            return WriteJson(parsed, report) ? code : Failed;
        });
        return command;
    }

    /// <summary>One line; an error that nobody foresaw says so, since its message may tell the user nothing.</summary>
    private static string Describe(Exception error)
    {
        var message = error.Message.ReplaceLineEndings(" ");
        return error is CudaNetException or IOException or UnauthorizedAccessException or ArgumentException or OutOfMemoryException or KeyNotFoundException
            ? message
            : $"unexpected {error.GetType().Name}: {message} Run again with --debug to see where, and report it.";
    }

    private static bool WriteJson(ParseResult parsed, Report report)
    {
        if (parsed.GetValue(Json) is not { } path) return true;
        try
        {
            report.Save(path);
            return true;
        }
        catch (IOException error)
        {
            Console.Error.WriteLine($"cudanet: {error.Message}");
            return false;
        }
    }

    /// <summary>The first signal asks to save and stop, the second ends the process at once.</summary>
    private static PosixSignalRegistration OnSignal(PosixSignal signal, CancellationTokenSource stop) => PosixSignalRegistration.Create(signal, context =>
    {
        if (stop.IsCancellationRequested) return;
        context.Cancel = true;
        stop.Cancel();
        Console.Error.WriteLine("stopping after the present batch; press Ctrl-C again to quit at once");
    });

    private static string FullName(Symbol symbol) =>
        symbol.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand ? $"{FullName(parent)} {symbol.Name}" : symbol.Name;
}
