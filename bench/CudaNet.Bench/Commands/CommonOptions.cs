using System.CommandLine;

namespace CudaNet.Bench.Commands;

/// <summary>What several commands have.</summary>
internal static class CommonOptions
{
    private const int MostThreads = 1024;

    internal static Option<int> Threads(string description)
    {
        var option = new Option<int>("--threads") { Description = description, DefaultValueFactory = _ => Environment.ProcessorCount };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MostThreads)
                result.AddError($"--threads must lie between 1 and {MostThreads}.");
        });
        return option;
    }

    internal static Option<string?> Json() => new("--json") { Description = "Write the figures to this file, too." };

    /// <summary>One line that replaces itself, on a terminal only. Nothing animated: it would run beside what is timed.</summary>
    internal static void ShowProgress(string text)
    {
        const string clearLine = "\e[2K\r";
        if (!Console.IsErrorRedirected)
            Console.Error.Write(clearLine + text);
    }
}
