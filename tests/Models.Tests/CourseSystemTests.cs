using CudaNet.Models.Systems;

namespace CudaNet.Tests;

[TestFixture]
internal sealed class CourseSystemTests
{
    private static IEnumerable<string> Ids => CourseSystems.All.Select(system => system.Id);

    /// <summary>One of each chapter; all are checked by <c>cudanet systems check --all --quick</c>, a step of its own in the repository's checks.</summary>
    private static IEnumerable<string> FirstIds => CourseSystems.All.GroupBy(system => system.Chapter).Select(chapter => chapter.First().Id);

    [TestCaseSource(nameof(FirstIds))]
    public void A_system_passes_its_check_in_quick_form(string id)
    {
        var check = SystemCheck.Of(CourseSystems.Get(id), new SystemContext { Quick = true });
        Assert.That(check.Error, Is.Null);
        foreach (var figure in check.Figures) Assert.That(figure.Ok, Is.True, figure.ToString());
        Assert.That(check.Figures, Is.Not.Empty);
    }

    [Test]
    public void A_check_reports_the_worst_of_its_seeds_and_survives_an_error()
    {
        var check = SystemCheck.Of(new Drawn(failsAt: 0), new SystemContext());
        Assert.That(check.Figures.Select(figure => figure.Value), Is.EqualTo(new double[] { 3, 1 }));
        Assert.That((check.Ok, check.Error), Is.EqualTo((false, (string?)null)));
        check = SystemCheck.Of(new Drawn(failsAt: 2), new SystemContext());
        Assert.That(check.Figures.Select(figure => figure.Value), Is.EqualTo(new double[] { 2, 1 }));
        Assert.That(check.Error, Is.EqualTo("InvalidOperationException: seed 2"));
    }

    [Test]
    public void The_log_keeps_full_checks_and_the_page_shows_them()
    {
        var folder = Directory.CreateTempSubdirectory("cudanet-test-");
        try
        {
            var path = Path.Combine(folder.FullName, "log.json");
            var log = CheckLog.Open(path);
            log.Add(new SystemCheck("04.xor", [Figure.AtLeast("share", 0.5, 0.9), Figure.AtMost("none", double.NaN, 1)], 1.5, Quick: false));
            log.Add(new SystemCheck("04.xor", [Figure.AtLeast("share", 1, 0.9)], 0.1, Quick: true) { ProcessorSeconds = 0.25 });
            log.Add(new SystemCheck("06.mse", [Figure.AtLeast("share", 1, 0.9)], 6, Quick: false) { ProcessorSeconds = 9 });
            var again = CheckLog.Open(path).Of("04.xor")!;
            Assert.That(again.Figures[0], Is.EqualTo(Figure.AtLeast("share", 0.5, 0.9)));
            Assert.That((again.Ok, again.Quick, again.Seconds), Is.EqualTo((false, false, 1.5)));
            Assert.That((log.SecondsOf("04.xor", true), log.SecondsOf("06.mse", true), log.SecondsOf("06.mse", false), log.SecondsOf("07.race", true)), Is.EqualTo((0.25, 3.0, 9.0, (double?)null)));
            Assert.That(CheckLog.Open(path).All.Select(check => (check.Id, check.Quick)), Is.EqualTo(new[] { ("04.xor", false), ("04.xor", true), ("06.mse", false) }));
            Assert.That(SystemsPage.Write(log), Does.Contain("[`04.xor`](../src/CudaNet.Models/Ch04_Representation/").And.Contain("**FAILS** share 0.5 (≥ 0.9)"));
            File.WriteAllText(path, "{ damaged");
            Assert.That(CheckLog.Open(path).Of("04.xor"), Is.Null);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public void The_gallery_shows_each_system_with_its_pictures_and_figures_and_needs_nothing_else()
    {
        var folder = Directory.CreateTempSubdirectory("cudanet-test-");
        try
        {
            string First(string name) => Path.Combine(folder.FullName, name);
            var page = new GalleryPage(First("gallery"));
            var context = new SystemContext { Folder = First("run") };
            for (var k = 0; k < 3; k++) context.Draw($"{k}.png", new CudaNet.Plotting.CurvePlot("T", "x", "y").Add("y", [0, 1], [0, k]));
            context.Write("table.csv", "not shown");
            page.Take("04.xor", context.Files);
            Assert.That(page.PicturesOf("04.xor").Select(Path.GetFileName), Is.EqualTo(new[] { "04.xor.1.webp", "04.xor.2.webp", "04.xor.3.webp" }));
            Assert.That(CudaNet.Plotting.ImageFile.SizeOf(page.PicturesOf("04.xor")[0]), Is.EqualTo((640, 400)));
            page.Take("04.xor", context.Files.Take(1));
            Assert.That(page.PicturesOf("04.xor"), Has.Count.EqualTo(1), "the others were of an earlier run");

            var log = CheckLog.Open(First("log.json")).With(new SystemCheck("04.xor", [Figure.AtLeast("a < b", 1, 0.9)], 1, Quick: false), new SystemCheck("06.mse", [Figure.AtMost("cost", 2, 1)], 1, Quick: true));
            page.Write(log);
            var html = File.ReadAllText(Path.Combine(First("gallery"), "index.html"));
            Assert.That(html, Does.Contain("<img src=\"04.xor.1.webp\" width=\"640\" height=\"400\"").And.Contain("href=\"../../src/CudaNet.Models/Ch04_Representation/").And.Contain("a &lt; b 1 (≥ 0.9)").And.Contain("fails</span>: 1 figure (quick check, one seed)"));
            foreach (var system in CourseSystems.All) Assert.That(html, Does.Contain($"<article id=\"{system.Id}\">"));
            Assert.That(html, Does.Contain("prefers-color-scheme: dark").And.Contain("width=device-width"));
            Assert.That(html, Does.Not.Contain("http").And.Not.Contain("<script"), "no outside resources");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class Drawn(long failsAt) : CourseSystem("04.drawn", "Drawn", "It draws.")
    {
        public override void Run(SystemContext context) => context.Out.WriteLine(Id);

        public override IEnumerable<Figure> Check(SystemContext context)
        {
            yield return Figure.AtMost("falls with the seed", context.Seed, 2.5);
            if (context.Seed == failsAt) throw new InvalidOperationException($"seed {failsAt}");
            yield return Figure.AtLeast("rises with the seed", context.Seed, 1);
        }
    }

    [TestCaseSource(nameof(Ids))]
    public void A_system_has_a_file(string id) => Assert.That(CourseSystems.Get(id).File, Does.Match(@"^src/CudaNet\.Models/Ch\d\d_\w+/\w+\.cs$"));

    [TestCase("04.xor", "xor.png"), TestCase("06.mse", "mse.png"), TestCase("02.computational-graph", "graph.dot")]
    public void A_system_prints_and_draws(string id, string file)
    {
        var folder = Directory.CreateTempSubdirectory("cudanet-test-");
        try
        {
            var text = new StringWriter();
            var context = new SystemContext { Out = text, Folder = folder.FullName };
            CourseSystems.Get(id).Run(context);
            Assert.That(context.Files, Has.Count.EqualTo(1));
            Assert.That(new FileInfo(Path.Combine(folder.FullName, file)).Length, Is.GreaterThan(100));
            Assert.That(text.ToString(), Does.Contain("wrote").And.Contain(file));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public void Ids_are_unique_and_begin_with_their_chapter()
    {
        Assert.That(Ids, Is.Unique);
        Assert.That(CourseSystems.All, Is.All.Matches<CourseSystem>(s => s.Chapter is >= 1 and <= 19 && s.Id.StartsWith($"{s.Chapter:D2}.", StringComparison.Ordinal)));
        Assert.That(CourseSystems.All, Is.All.Matches<CourseSystem>(s => s.Sentence.EndsWith('.') && s.Title.Length > 0));
        Assert.That(CourseSystems.All, Is.All.Matches<CourseSystem>(s => s.GetType().Namespace!.Contains($".Ch{s.Chapter:D2}_", StringComparison.Ordinal)));
    }

    [Test]
    public void An_unknown_id_names_the_nearest()
    {
        var error = Assert.Throws<UnknownNameException>(() => CourseSystems.Get("04.xro"))!;
        Assert.That(error.Message, Is.EqualTo("'04.xro' is no system. Did you mean 04.xor?"));
    }

    [Test]
    public void Figures_know_their_bounds()
    {
        Assert.That(Figure.AtLeast("a", 1, 1).Ok && Figure.AtMost("a", 1, 1).Ok && Figure.Equal("a", 1, 1).Ok, Is.True);
        Assert.That(Figure.AtLeast("a", 0.9, 1).Ok || Figure.Equal("a", 1.1, 1, 0.05).Ok || Figure.AtMost("a", double.NaN, 1).Ok, Is.False);
        Assert.That((Figure.AtLeast("a", 1, 0.5).Bounds, Figure.Equal("a", 1, 2).Bounds, Figure.Equal("a", 1, 2, 0.5).Bounds), Is.EqualTo(("≥ 0.5", "= 2", "1.5 … 2.5")));
        Assert.That((Figure.Equal("a", 1, 42, 1e-9).Bounds, Figure.Report("a", 3).Bounds, Figure.Report("a", 3).Ok), Is.EqualTo(("= 42 ± 1e-9", "", true)));
    }

    [TestCase("mnsit", "mnist"), TestCase("matmul", "MatMul"), TestCase("sotfmax", "Softmax"), TestCase("conv", "Conv2d")]
    public void Nearest_names_are_found(string typed, string meant) =>
        Assert.That(NearestNames.Of(typed, ["Conv2d", "MatMul", "Relu", "Softmax", "mnist"])[0], Is.EqualTo(meant));

    [Test]
    public void What_is_like_nothing_gets_no_suggestion() => Assert.That(NearestNames.Of("xyzzy", ["Conv2d", "MatMul"]), Is.Empty);
}
