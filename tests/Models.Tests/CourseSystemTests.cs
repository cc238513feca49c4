using CudaNet.Models.Systems;

namespace CudaNet.Tests;

[TestFixture]
internal sealed class CourseSystemTests
{
    private static IEnumerable<string> Ids => CourseSystems.All.Select(system => system.Id);

    [TestCaseSource(nameof(Ids))]
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
            log.Add(new SystemCheck("04.xor", [Figure.AtLeast("share", 1, 0.9)], 0.1, Quick: true));
            var again = CheckLog.Open(path).Of("04.xor")!;
            Assert.That(again.Figures[0], Is.EqualTo(Figure.AtLeast("share", 0.5, 0.9)));
            Assert.That((again.Ok, again.Quick, again.Seconds), Is.EqualTo((false, false, 1.5)));
            Assert.That(SystemsPage.Write(log), Does.Contain("[`04.xor`](../src/CudaNet.Models/Ch04_Representation/").And.Contain("**FAILS** share 0.5 (≥ 0.9)"));
            File.WriteAllText(path, "{ damaged");
            Assert.That(CheckLog.Open(path).Of("04.xor"), Is.Null);
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
