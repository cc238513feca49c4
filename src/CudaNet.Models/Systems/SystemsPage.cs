using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace CudaNet.Models.Systems;

/// <summary>The page of all systems with the figures of their last check, as Markdown.</summary>
[RequiresUnreferencedCode(CourseSystems.ByReflection)]
public static class SystemsPage
{
    private static readonly Dictionary<int, string> Chapters = new()
    {
        [1] = "Introduction",
        [2] = "Foundations",
        [3] = "Multiplicative modules",
        [4] = "Representation",
        [5] = "Activations",
        [6] = "Losses",
        [7] = "Optimisation",
        [8] = "Normalisation",
        [9] = "Convolutional networks",
        [10] = "Recurrent networks",
        [11] = "Generalisation",
        [12] = "Autoencoders",
        [13] = "Adversarial networks",
        [14] = "Transformers",
        [19] = "Efficient attention",
    };

    /// <summary>"13. Adversarial networks".</summary>
    internal static string TitleOf(int chapter) => string.Create(CultureInfo.InvariantCulture, $"{chapter}. {Chapters.GetValueOrDefault(chapter, $"Chapter {chapter}")}");

    /// <summary>Writes the page.</summary>
    /// <param name="log">The last checks.</param>
    /// <param name="root">From the page to the repository's root: "../" for one in docs.</param>
    public static string Write(CheckLog log, string root = "../")
    {
        ArgumentNullException.ThrowIfNull(log);
        var text = new StringBuilder();
        var checks = CourseSystems.All.Select(system => log.Of(system.Id)).OfType<SystemCheck>().Where(check => !check.Quick).ToList();
        text.Append("# The systems of the course\n\nWritten by `cudanet systems document` from the last full check (`cudanet systems check --all`). ");
        text.Append(CultureInfo.InvariantCulture, $"Each figure is the worst of the seeds {string.Join(", ", SystemCheck.Seeds)}. ");
        text.Append(CultureInfo.InvariantCulture, $"{CourseSystems.All.Count} systems, {checks.Count(check => check.Ok)} pass, {checks.Count(check => !check.Ok)} fail, {CourseSystems.All.Count - checks.Count} not yet checked; {checks.Sum(check => check.Seconds):F0} s in all.\n");
        text.Append("With `--quick` a check takes the first seed alone, and less data and fewer epochs where the full form is long; bounds that so little training cannot reach are lower then. That is a step of the repository's own checks.\n");
        foreach (var chapter in CourseSystems.All.GroupBy(system => system.Chapter))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {TitleOf(chapter.Key)}\n\n| system | figures | |\n|---|---|---|\n");
            foreach (var system in chapter) text.Append(Row(system, log.Of(system.Id), root));
        }
        return text.ToString();
    }

    private static string Row(CourseSystem system, SystemCheck? check, string root)
    {
        var figures = check is null or { Quick: true } ? ["not yet checked"]
            : check.Figures.Select(figure => $"{(figure.Ok ? "" : "**FAILS** ")}{figure}").Concat(check.Error is null ? [] : [$"**FAILS** {check.Error}"]);
        var seconds = check is null or { Quick: true } ? "" : string.Create(CultureInfo.InvariantCulture, $"{check.Seconds:F1} s");
        return $"| [`{system.Id}`]({root}{system.File}) {Escaped(system.Title)} | {string.Join("<br>", figures.Select(Escaped))} | {seconds} |\n";
    }

    private static string Escaped(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
