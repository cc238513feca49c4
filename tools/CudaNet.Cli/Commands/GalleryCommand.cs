using System.CommandLine;
using System.Globalization;
using CudaNet.Models.Systems;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet systems gallery.</summary>
internal static class GalleryCommand
{
    private static readonly Argument<string?> Id = new("ID") { Description = "Run this system for its pictures", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<bool> All = new("--all") { Description = "Run all systems for their pictures" };
    private static readonly Option<int?> Chapter = new("--chapter") { Description = "Run the systems of a chapter for their pictures", HelpName = "N" };
    private static readonly Option<bool> Quick = new("--quick") { Description = "Less data and fewer epochs" };
    private static readonly Option<string?> Data = new("--data") { Description = "Folder of IDX files, or fashion, for the systems on digits", HelpName = "DIR|fashion" };
    private static readonly Option<string> Out = new("--out") { Description = "The folder", HelpName = "DIR", DefaultValueFactory = _ => Path.Combine("docs", "gallery") };
    private static readonly Option<string> Device = Devices.Option();

    public static Command Create() => new Command("gallery", "Write a page with the pictures of all systems and the figures of their last checks.") { Id, Chapter, All, Quick, Data, Out, Device }
        .Does(Run)
        .WithExamples(("cudanet systems gallery --all", "run all systems, and write docs/gallery/index.html"), ("cudanet systems gallery 04.xor", "renew the pictures of one"), ("cudanet systems gallery", "only the page, with the pictures that are there"));

    private static void Run(ParseResult parsed, Report report, CancellationToken stop)
    {
        var (id, chapter, all, folder) = (parsed.GetValue(Id), parsed.GetValue(Chapter), parsed.GetValue(All), parsed.GetValue(Out)!);
        Devices.Use(parsed.GetValue(Device)!);
        var page = new GalleryPage(folder);
        var failed = new List<string>();
        foreach (var system in id is null && chapter is null && !all ? [] : SystemsCommand.Chosen(id, chapter, all))
        {
            stop.ThrowIfCancellationRequested();
            var context = new SystemContext { Folder = Path.Combine("runs", system.Id), Quick = parsed.GetValue(Quick), Data = parsed.GetValue(Data), Cancellation = stop };
            try
            {
                system.Run(context);
                page.Take(system.Id, context.Files);
                Console.WriteLine($"{system.Id}: {page.PicturesOf(system.Id).Count} pictures");
            }
            catch (Exception error) when (error is not (OutOfMemoryException or OperationCanceledException))
            {
                // The others are still wanted.
                failed.Add(system.Id);
                Console.WriteLine($"{system.Id}: FAILS: {error.Message.ReplaceLineEndings(" ")}");
            }
        }
        var log = CheckLog.Open(CheckLog.RecordedPath).With(CheckLog.Open(CheckLog.DefaultPath).All);
        page.Write(log, Path.GetRelativePath(Path.GetFullPath(folder), Environment.CurrentDirectory).Replace('\\', '/') + "/");
        var bytes = Directory.EnumerateFiles(folder).Sum(file => new FileInfo(file).Length);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"wrote {Path.Combine(folder, "index.html")}, {bytes / 1e6:F1} MB with its pictures"));
        report.Figure("bytes", bytes);
        report.Row(("file", Path.Combine(folder, "index.html")));
        if (failed.Count > 0) report.Fail($"failed: {string.Join(", ", failed)}");
    }
}
