using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using CudaNet.Cli.Output;
using CudaNet.IO;
using CudaNet.Models.Systems;
using Spectre.Console;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet systems list, run, check, gallery and document.</summary>
internal static class SystemsCommand
{
    private static readonly Option<bool> All = new("--all") { Description = "Check all systems" };
    private static readonly Option<int?> Chapter = new("--chapter") { Description = "Check the systems of a chapter", HelpName = "N" };
    private static readonly Option<bool> Quick = new("--quick") { Description = "One seed, less data and fewer epochs" };
    private static readonly Option<double?> SkipSlower = new("--skip-slower") { Description = "Leave out systems whose last such check took more processor seconds", HelpName = "SECONDS" };
    private static readonly Option<string> Page = new("--out") { Description = "The page", HelpName = "FILE", DefaultValueFactory = _ => Path.Combine("docs", "systems.md") };
    private static readonly Option<long> Seed = new("--seed") { Description = "Decides all random numbers", HelpName = "N", DefaultValueFactory = _ => 1 };
    private static readonly Option<string?> Data = new("--data") { Description = "Folder of IDX files, or fashion, for the systems on digits", HelpName = "DIR|fashion" };
    private static readonly Option<string?> Out = new("--out") { Description = "Folder for pictures. Default: runs/ID", HelpName = "DIR" };
    private static readonly Option<string> Device = Devices.Option();

    public static Command Create()
    {
        var id = Id(ArgumentArity.ExactlyOne);
        var checkId = Id(ArgumentArity.ZeroOrOne);
        return new("systems", "What the course describes, as programs.")
        {
            new Command("list", "List all systems.").Does(List),
            new Command("run", "Show a system: it prints and draws.") { id, Quick, Seed, Data, Out, Device }
                .Does((parsed, report, stop) => Run(parsed, report, parsed.GetValue(id)!, stop))
                .WithExamples(("cudanet systems run 04.xor", "writes runs/04.xor/xor.png")),
            new Command("check", "Measure systems against their thresholds, each for three fixed seeds, and report the worst.") { checkId, Chapter, All, Quick, SkipSlower, Data, Device }
                .Does((parsed, report, stop) => Check(parsed, report, parsed.GetValue(checkId), stop))
                .WithExamples(("cudanet systems check 02.mynet", "one system"), ("cudanet systems check --chapter 7", "a chapter"), ("cudanet systems check --all --quick", "all, with one seed and less training"), ("cudanet systems check --all --quick --skip-slower 10", "without the slow ones")),
            GalleryCommand.Create(),
            new Command("document", "Write the page of all systems with the figures of their last full check, and the log of checks beside it.") { Page }.Does(Document),
        };
    }

    private static Argument<string?> Id(ArgumentArity arity)
    {
        var argument = new Argument<string?>("ID") { Description = "As in 04.xor; systems list has them all", Arity = arity };
        argument.CompletionSources.Add(_ => CourseSystems.All.Select(system => system.Id));
        return argument;
    }

    private static void List(ParseResult parsed, Report report, CancellationToken stop)
    {
        var log = CheckLog.Open(CheckLog.DefaultPath);
        var table = Screen.Table(("id", false), ("title", false), ("chapter", true), ("last check", false), ("seconds", true));
        foreach (var system in CourseSystems.All)
        {
            var check = log.Of(system.Id);
            var state = check is null ? "" : (check.Ok ? "ok" : "FAILS") + (check.Quick ? ", quick" : "");
            table.AddRow(Markup.Escape(system.Id), Markup.Escape(system.Title), $"{system.Chapter}", state, check is null ? "" : check.Seconds.ToString("F1", CultureInfo.InvariantCulture));
            report.Row(("id", system.Id), ("title", system.Title), ("chapter", system.Chapter), ("sentence", system.Sentence), ("file", system.File), ("check", state), ("seconds", check?.Seconds));
        }
        report.Figure("systems", CourseSystems.All.Count);
        Screen.Create().Write(table);
    }

    private static void Run(ParseResult parsed, Report report, string id, CancellationToken stop)
    {
        var system = CourseSystems.Get(id);
        Devices.Use(parsed.GetValue(Device)!);
        var context = Context(parsed, parsed.GetValue(Out) ?? Path.Combine("runs", system.Id), stop);
        Console.WriteLine($"{system.Id}: {system.Title}\n{system.Sentence}\n");
        var clock = Stopwatch.StartNew();
        system.Run(context);
        report.Figure("seconds", clock.Elapsed.TotalSeconds);
        foreach (var file in context.Files) report.Row(("file", file));
    }

    private static void Check(ParseResult parsed, Report report, string? id, CancellationToken stop)
    {
        var systems = Chosen(id, parsed.GetValue(Chapter), parsed.GetValue(All));
        Devices.Use(parsed.GetValue(Device)!);
        var log = CheckLog.Open(CheckLog.DefaultPath);
        if (parsed.GetValue(SkipSlower) is { } most) systems = LeaveOut(systems, most, parsed.GetValue(Quick), log, report);
        var clock = Stopwatch.StartNew();
        var checks = new List<SystemCheck>();
        foreach (var system in systems)
        {
            stop.ThrowIfCancellationRequested();
            Console.WriteLine($"{system.Id}: {system.Title}");
            var check = SystemCheck.Of(system, Context(parsed, null, stop));
            checks.Add(check);
            log.Add(check);
            Show(check, report);
        }
        var failed = checks.Where(check => !check.Ok).ToList();
        report.Figure("systems", checks.Count);
        report.Figure("failed_systems", failed.Count);
        report.Figure("seconds", clock.Elapsed.TotalSeconds);
        report.Figure("processor_seconds", checks.Sum(check => check.ProcessorSeconds));
        if (failed.Count > 0) report.Fail($"failed: {string.Join(", ", failed.Select(check => check.Id))}");
        if (checks.Count > 1)
            foreach (var check in failed) Console.WriteLine($"FAIL  {check.Id}: {check.Error ?? string.Join("; ", check.Figures.Where(figure => !figure.Ok))}");
        Console.WriteLine((failed.Count == 0 ? $"{checks.Count} {(checks.Count == 1 ? "system works" : "systems work")}" : $"{failed.Count} of {checks.Count} {(checks.Count == 1 ? "system fails" : "systems fail")}")
            + $", {Screen.Duration(clock.Elapsed)}.");
    }

    /// <summary>What is not slower than a number of seconds, as far as the logs know; the rest is named.</summary>
    private static List<CourseSystem> LeaveOut(IReadOnlyList<CourseSystem> systems, double most, bool quick, CheckLog log, Report report)
    {
        var recorded = CheckLog.Open(CheckLog.RecordedPath);
        var slow = systems.Select(system => (System: system, Seconds: log.SecondsOf(system.Id, quick) ?? recorded.SecondsOf(system.Id, quick))).Where(entry => entry.Seconds > most).ToList();
        report.Figure("left_out", slow.Count);
        if (slow.Count > 0)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"left out, with their processor seconds: {string.Join(", ", slow.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.System.Id} {entry.Seconds:F1}")))}"));
        List<CourseSystem> rest = [.. systems.Except(slow.Select(entry => entry.System))];
        return rest.Count > 0 ? rest : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"--skip-slower {most} leaves nothing to check. Give more seconds."));
    }

    internal static IReadOnlyList<CourseSystem> Chosen(string? id, int? chapter, bool all)
    {
        var ways = (id is null ? 0 : 1) + (chapter is null ? 0 : 1) + (all ? 1 : 0);
        if (ways != 1) throw new ArgumentException(ways == 0 ? "Give the id of a system, --chapter N, or --all for all of them." : "Give only one of an id, --chapter and --all.");
        if (id is not null) return [CourseSystems.Get(id)];
        List<CourseSystem> systems = [.. CourseSystems.All.Where(system => all || system.Chapter == chapter)];
        return systems.Count > 0 ? systems
            : throw new ArgumentException($"Chapter {chapter} has no system. There are chapters {string.Join(", ", CourseSystems.All.Select(system => system.Chapter).Distinct())}.");
    }

    private static void Show(SystemCheck check, Report report)
    {
        var width = check.Figures.Select(figure => figure.Name.Length).DefaultIfEmpty(0).Max();
        foreach (var figure in check.Figures)
        {
            Console.WriteLine($"  {(figure.Ok ? "ok  " : "FAIL")}  {figure.Name.PadRight(width)}  {Figure.Text(figure.Value),12}  {figure.Bounds}");
            report.Row(("system", check.Id), ("figure", figure.Name), ("value", figure.Value), ("low", figure.Low), ("high", figure.High), ("ok", figure.Ok));
        }
        if (check.Error is not null)
        {
            Console.WriteLine($"  FAIL  {check.Error}");
            report.Row(("system", check.Id), ("error", check.Error), ("ok", false));
        }
        Console.WriteLine($"  {Screen.Duration(TimeSpan.FromSeconds(check.Seconds))}");
    }

    private static void Document(ParseResult parsed, Report report, CancellationToken stop)
    {
        var page = parsed.GetValue(Page)!;
        var root = Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(page))!, Environment.CurrentDirectory).Replace('\\', '/');
        // What was not checked of late stays as it was recorded.
        var recorded = CheckLog.Open(Path.ChangeExtension(page, ".json"));
        recorded.Add(CheckLog.Open(CheckLog.DefaultPath).All);
        AtomicFile.Write(page, Encoding.UTF8.GetBytes(SystemsPage.Write(recorded, root == "." ? "" : root + "/")));
        foreach (var file in new[] { page, Path.ChangeExtension(page, ".json") })
        {
            Console.WriteLine($"wrote {file}");
            report.Row(("file", file));
        }
    }

    /// <summary>A check has its own seeds and draws nothing; a run has a folder.</summary>
    private static SystemContext Context(ParseResult parsed, string? folder, CancellationToken stop) => new()
    {
        Out = Console.Out,
        Folder = folder,
        Quick = parsed.GetValue(Quick),
        Data = parsed.GetValue(Data),
        Seed = folder is null ? 1 : parsed.GetValue(Seed),
        Cancellation = stop,
    };
}
