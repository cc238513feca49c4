using CudaNet.Models.Systems;

namespace CudaNet.Tests;

[TestFixture]
internal sealed class CourseSystemTests
{
    private static IEnumerable<string> Ids => CourseSystems.All.Select(system => system.Id);

    [TestCaseSource(nameof(Ids))]
    public void A_system_passes_its_check_in_quick_form(string id)
    {
        foreach (var figure in CourseSystems.Get(id).Check(new SystemContext { Quick = true }))
            Assert.That(figure.Ok, Is.True, figure.ToString());
    }

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
    }

    [TestCase("mnsit", "mnist"), TestCase("matmul", "MatMul"), TestCase("sotfmax", "Softmax"), TestCase("conv", "Conv2d")]
    public void Nearest_names_are_found(string typed, string meant) =>
        Assert.That(NearestNames.Of(typed, ["Conv2d", "MatMul", "Relu", "Softmax", "mnist"])[0], Is.EqualTo(meant));

    [Test]
    public void What_is_like_nothing_gets_no_suggestion() => Assert.That(NearestNames.Of("xyzzy", ["Conv2d", "MatMul"]), Is.Empty);
}
