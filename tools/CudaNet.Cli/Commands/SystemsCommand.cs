using System.CommandLine;
using System.Diagnostics;
using CudaNet.Cli.Output;
using CudaNet.Models.Systems;
using Spectre.Console;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet systems list, run and check.</summary>
internal static class SystemsCommand
{
    private static readonly Option<bool> All = new("--all") { Description = "Check all systems" };
    private static readonly Option<bool> Quick = new("--quick") { Description = "Less data and fewer epochs, with thresholds to match" };
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
            new Command("check", "Measure a system against its thresholds.") { checkId, All, Quick, Seed, Data, Device }
                .Does((parsed, report, stop) => Check(parsed, report, parsed.GetValue(checkId), stop))
                .WithExamples(("cudanet systems check 02.mynet", "one system"), ("cudanet systems check --all --quick", "all, in short form")),
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
        var table = Screen.Table(("id", false), ("title", false), ("what the notes say", false));
        foreach (var system in CourseSystems.All)
        {
            table.AddRow(Markup.Escape(system.Id), Markup.Escape(system.Title), Markup.Escape(system.Sentence));
            report.Row(("id", system.Id), ("title", system.Title), ("chapter", system.Chapter), ("sentence", system.Sentence));
        }
        table.Columns[2].NoWrap = false;
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
        if (id is null != parsed.GetValue(All))
            throw new ArgumentException(id is null ? "Give the id of a system, or --all for all of them." : $"Give either '{id}' or --all.");
        var systems = id is null ? CourseSystems.All : [CourseSystems.Get(id)];
        Devices.Use(parsed.GetValue(Device)!);
        var wrong = 0;
        foreach (var system in systems)
        {
            stop.ThrowIfCancellationRequested();
            Console.WriteLine($"{system.Id}: {system.Title}");
            var clock = Stopwatch.StartNew();
            var figures = system.Check(Context(parsed, null, stop));
            var width = figures.Max(figure => figure.Name.Length);
            foreach (var figure in figures)
            {
                Console.WriteLine($"  {(figure.Ok ? "ok  " : "FAIL")}  {figure.Name.PadRight(width)}  {Figure.Text(figure.Value),12}  {figure.Bounds}");
                report.Row(("system", system.Id), ("figure", figure.Name), ("value", figure.Value), ("low", figure.Low), ("high", figure.High), ("ok", figure.Ok));
                if (!figure.Ok) wrong++;
            }
            Console.WriteLine($"  {Screen.Duration(clock.Elapsed)}");
        }
        report.Figure("systems", systems.Count);
        report.Figure("failed_figures", wrong);
        if (wrong > 0) report.Fail($"{wrong} figures are outside of their bounds");
        Console.WriteLine(wrong == 0 ? $"{systems.Count} {(systems.Count == 1 ? "system works" : "systems work")}." : $"{wrong} figures are outside of their bounds.");
    }

    private static SystemContext Context(ParseResult parsed, string? folder, CancellationToken stop) => new()
    {
        Out = Console.Out,
        Folder = folder,
        Quick = parsed.GetValue(Quick),
        Data = parsed.GetValue(Data),
        Seed = parsed.GetValue(Seed),
        Cancellation = stop,
    };
}
