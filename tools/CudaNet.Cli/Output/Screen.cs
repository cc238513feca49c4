using System.Globalization;
using Spectre.Console;

namespace CudaNet.Cli.Output;

/// <summary>The terminal, or what stands in its place.</summary>
internal static class Screen
{
    /// <summary>True when someone watches: a live bar makes sense.</summary>
    public static bool IsLive => !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi && AnsiConsole.Profile.Capabilities.Interactive;

    /// <summary>A console for tables: without a terminal nothing is wrapped or coloured.</summary>
    public static IAnsiConsole Create()
    {
        if (!Console.IsOutputRedirected) return AnsiConsole.Console;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(Console.Out) });
        console.Profile.Width = 240;
        return console;
    }

    public static Table Table(params ReadOnlySpan<(string Title, bool Right)> columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var (title, right) in columns)
        {
            var column = new TableColumn(Markup.Escape(title)).NoWrap();
            table.AddColumn(right ? column.RightAligned() : column);
        }
        return table;
    }

    public static string Percent(double share) => double.IsNaN(share) ? "–" : string.Create(CultureInfo.InvariantCulture, $"{share * 100:F1} %");

    public static string Duration(TimeSpan time) => time.TotalSeconds < 100
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F1} s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds:D2} s");
}
