using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using CudaNet.IO;
using CudaNet.Plotting;

namespace CudaNet.Models.Systems;

/// <summary>A folder with a page of all systems: their pictures, small, beside it as ID.1.webp, ID.2.webp, …, and the figures of their last
/// check. It needs nothing from elsewhere.</summary>
/// <param name="folder">The folder.</param>
[RequiresUnreferencedCode(CourseSystems.ByReflection)]
public sealed class GalleryPage(string folder)
{
    private const int PictureWidth = 640;

    private const string Style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --quiet: #57606a; --ground: #fff; --card: #f6f8fa; --line: #d0d7de; --link: #0b57d0; --bad: #b3261e; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --quiet: #9aa4af; --ground: #0d1117; --card: #161b22; --line: #30363d; --link: #79b8ff; --bad: #ff8a80; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 1500px; padding: 1rem clamp(.75rem, 3vw, 2.5rem) 4rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
        a { color: var(--link); }
        nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
        h2 { margin: 2.5rem 0 1rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1.25rem; align-items: start; }
        article { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .9rem; min-width: 0; overflow-wrap: anywhere; }
        h3 { margin: 0; font-size: 1.05rem; line-height: 1.3; }
        p { margin: .35rem 0 .6rem; color: var(--quiet); }
        img { display: block; width: 100%; height: auto; margin: .5rem 0; border-radius: .25rem; background: #fff; }
        summary { cursor: pointer; color: var(--quiet); }
        ul { margin: .4rem 0 0; padding-left: 1.1rem; font-size: .9rem; }
        code { font-size: .9em; }
        .bad { color: var(--bad); font-weight: 600; }
        """;

    /// <summary>Takes the pictures of a system in place of those that it had.</summary>
    /// <param name="id">The system.</param>
    /// <param name="pictures">Files that it drew; others than PNG are left out.</param>
    public void Take(string id, IEnumerable<string> pictures)
    {
        foreach (var old in PicturesOf(id)) File.Delete(old);
        foreach (var (k, picture) in pictures.Where(path => path.EndsWith(".png", StringComparison.OrdinalIgnoreCase)).Index())
            AtomicFile.Write(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{id}.{k + 1}.webp")), ImageFile.ToWebP(picture, PictureWidth));
    }

    /// <summary>The pictures of a system that are there, in their order.</summary>
    public IReadOnlyList<string> PicturesOf(string id) => !Directory.Exists(folder) ? []
        : [.. Directory.EnumerateFiles(folder, $"{id}.*.webp").Select(path => (Path: path, Number: int.TryParse(Path.GetFileName(path)[(id.Length + 1)..^5], out var k) ? k : 0)).Where(entry => entry.Number > 0).OrderBy(entry => entry.Number).Select(entry => entry.Path)];

    /// <summary>Writes index.html.</summary>
    /// <param name="log">The last checks.</param>
    /// <param name="root">From the folder to the repository's root: "../../" for docs/gallery.</param>
    public void Write(CheckLog log, string root = "../../")
    {
        ArgumentNullException.ThrowIfNull(log);
        var text = new StringBuilder();
        text.Append("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>CudaNet: the systems of the course</title>\n<style>\n");
        text.Append(Style).Append("\n</style>\n<h1>The systems of the course</h1>\n");
        text.Append(CultureInfo.InvariantCulture, $"<p>{CourseSystems.All.Count} small programs, one a topic. <code>cudanet systems run ID</code> runs one, <code>cudanet systems gallery</code> writes this page.</p>\n<nav>\n");
        var chapters = CourseSystems.All.GroupBy(system => system.Chapter).ToList();
        foreach (var chapter in chapters) text.Append(CultureInfo.InvariantCulture, $"<a href=\"#c{chapter.Key}\">{Escaped(SystemsPage.TitleOf(chapter.Key))}</a>\n");
        text.Append("</nav>\n");
        foreach (var chapter in chapters)
        {
            text.Append(CultureInfo.InvariantCulture, $"<h2 id=\"c{chapter.Key}\">{Escaped(SystemsPage.TitleOf(chapter.Key))}</h2>\n<div class=\"cards\">\n");
            foreach (var system in chapter) Card(text, system, log.Of(system.Id), root);
            text.Append("</div>\n");
        }
        text.Append("</html>\n");
        AtomicFile.Write(Path.Combine(folder, "index.html"), Encoding.UTF8.GetBytes(text.ToString()));
    }

    private void Card(StringBuilder text, CourseSystem system, SystemCheck? check, string root)
    {
        text.Append(CultureInfo.InvariantCulture, $"<article id=\"{system.Id}\">\n<h3>{Escaped(system.Title)}</h3>\n<p>{Escaped(system.Sentence)}</p>\n");
        foreach (var picture in PicturesOf(system.Id))
        {
            var (width, height) = ImageFile.SizeOf(picture);
            text.Append(CultureInfo.InvariantCulture, $"<a href=\"{Path.GetFileName(picture)}\"><img src=\"{Path.GetFileName(picture)}\" width=\"{width}\" height=\"{height}\" loading=\"lazy\" alt=\"{Escaped(system.Title)}\"></a>\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"<a href=\"{root}{system.File}\"><code>{system.Id}</code></a>\n");
        if (check is not null)
        {
            var seeds = check.Quick ? "quick check, one seed" : $"worst of the seeds {string.Join(", ", SystemCheck.Seeds)}";
            text.Append(CultureInfo.InvariantCulture, $"<details><summary>{(check.Ok ? "works" : "<span class=\"bad\">fails</span>")}: {check.Figures.Count} figure{(check.Figures.Count == 1 ? "" : "s")} ({seeds})</summary>\n<ul>\n");
            foreach (var figure in check.Figures) text.Append(CultureInfo.InvariantCulture, $"<li{(figure.Ok ? "" : " class=\"bad\"")}>{Escaped(figure.ToString())}\n");
            if (check.Error is not null) text.Append(CultureInfo.InvariantCulture, $"<li class=\"bad\">{Escaped(check.Error)}\n");
            text.Append("</ul></details>\n");
        }
        text.Append("</article>\n");
    }

    private static string Escaped(string text) => WebUtility.HtmlEncode(text);
}
