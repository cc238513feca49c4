using CudaNet.Nn.Data;

namespace CudaNet.Tests;

[TestFixture]
internal sealed class SyntheticTests
{
    private static IEnumerable<TestCaseData> Sets =>
    [
        new TestCaseData((long seed) => Synthetic.Moons(101, seed: seed), 2, 2L).SetArgDisplayNames("moons"),
        new TestCaseData((long seed) => Synthetic.Circles(101, seed: seed), 2, 2L).SetArgDisplayNames("circles"),
        new TestCaseData((long seed) => Synthetic.Spirals(101, 3, seed: seed), 3, 2L).SetArgDisplayNames("spirals"),
        new TestCaseData((long seed) => Synthetic.GaussianMixture(101, [[0, 0, 5], [1, 2, 3]], seed: seed), 2, 3L).SetArgDisplayNames("mixture"),
        new TestCaseData((long seed) => Synthetic.Checkerboard(101, seed: seed), 2, 2L).SetArgDisplayNames("checkerboard"),
    ];

    [TestCaseSource(nameof(Sets))]
    public void A_set_has_balanced_classes_and_depends_on_its_seed_only(Func<long, (Tensor Points, Tensor Classes)> make, int classes, long dimensions)
    {
        var (points, labels) = make(7);
        Assert.That(points.Shape, Is.EqualTo(new Shape(101, dimensions)));
        var counts = labels.ToArray<long>().CountBy(c => c).Select(entry => entry.Value).ToArray();
        Assert.That(counts, Has.Length.EqualTo(classes));
        Assert.That(counts.Max() - counts.Min(), Is.LessThanOrEqualTo(1));
        Assert.That(make(7).Points.ToArray<float>(), Is.EqualTo(points.ToArray<float>()));
        Assert.That(make(8).Points.ToArray<float>(), Is.Not.EqualTo(points.ToArray<float>()));
    }

    [Test]
    public void Circles_without_noise_lie_on_their_radii()
    {
        var (points, labels) = Synthetic.Circles(50, noise: 0, factor: 0.3);
        var radii = points.Square().Sum(1).Sqrt().ToArray<float>();
        var classes = labels.ToArray<long>();
        for (var i = 0; i < 50; i++) Assert.That(radii[i], Is.EqualTo(classes[i] == 0 ? 1 : 0.3).Within(1e-6));
    }

    [Test]
    public void The_roll_keeps_distances_along_it()
    {
        // Two points near one another on the sheet are as far apart in space, since rolling bends and does not stretch.
        var (points, places) = Synthetic.SwissRoll(4000, seed: 3);
        float[] at = points.ToArray<float>(), sheet = places.ToArray<float>();
        var compared = 0;
        for (var i = 0; i < 4000; i++)
            for (var j = i + 1; j < Math.Min(4000, i + 400); j++)
            {
                var onSheet = Math.Sqrt(Math.Pow(sheet[2 * i] - sheet[2 * j], 2) + Math.Pow(sheet[2 * i + 1] - sheet[2 * j + 1], 2));
                if (onSheet > 0.5) continue;
                var inSpace = Math.Sqrt(Enumerable.Range(0, 3).Sum(k => Math.Pow(at[3 * i + k] - at[3 * j + k], 2)));
                // A chord of an arc of 0.5 at the tightest radius (4.7) is shorter by less than a part in 2000.
                Assert.That(inSpace, Is.EqualTo(onSheet).Within(1e-3));
                compared++;
            }
        Assert.That(compared, Is.GreaterThan(100));
    }

    [Test]
    public void The_adding_problem_adds_one_number_of_each_half()
    {
        var (sequences, sums) = Synthetic.AddingProblem(50, 9, seed: 2);
        Assert.That((sequences.Shape, sums.Shape), Is.EqualTo((new Shape(50, 9, 2), new Shape(50, 1))));
        Tensor numbers = sequences.Select(2, 0), marks = sequences.Select(2, 1);
        Assert.That((numbers * marks).Sum(1).ToArray<float>(), Is.EqualTo(sums.ToArray<float>()).Within(1e-6));
        Assert.That(marks.Narrow(1, 0, 4).Sum(1).ToArray<float>(), Is.All.EqualTo(1));
        Assert.That(marks.Sum(1).ToArray<float>(), Is.All.EqualTo(2));
        Assert.That(Synthetic.AddingProblem(50, 9, seed: 2).Sums.ToArray<float>(), Is.EqualTo(sums.ToArray<float>()));
    }

    [Test]
    public void Waves_without_noise_have_the_values_of_their_form()
    {
        var (sequences, classes) = Synthetic.Waves(30, 100, noise: 0, seed: 4);
        Assert.That(sequences.Shape, Is.EqualTo(new Shape(30, 100, 1)));
        var values = sequences.ToArray<float>().Chunk(100).ToArray();
        foreach (var (i, c) in classes.ToArray<long>().Index())
        {
            Assert.That(values[i].Max(v => Math.Abs(v)), Is.InRange(0.9, 1.0001));
            // Second differences: a triangle is straight but for its corners, a square takes two values only.
            if (c == 1) Assert.That(values[i], Is.All.Matches<float>(v => Math.Abs(v) == 1));
            if (c == 2) Assert.That(Enumerable.Range(1, 98).Count(t => Math.Abs(values[i][t - 1] - 2 * values[i][t] + values[i][t + 1]) > 1e-4), Is.LessThan(20));
        }
    }

    [Test]
    public void Captions_say_what_the_pictures_show()
    {
        var set = Synthetic.CaptionedShapes(60, 32, seed: 5);
        Assert.That(set.Images.Shape, Is.EqualTo(new Shape(60, 3, 32, 32)));
        var images = set.Images.ToArray<float>().Chunk(3 * 32 * 32).ToArray();
        var places = set.Places.ToArray<float>().Chunk(4).ToArray();
        long[] shapes = set.Shapes.ToArray<long>(), colours = set.Colours.ToArray<long>();
        for (var i = 0; i < 60; i++)
        {
            var p = places[i];
            var large = p[2] - p[0] > 0.4;
            Assert.That(set.Captions[i], Does.StartWith($"a {(large ? "large" : "small")} {CaptionedShapes.ColourNames[(int)colours[i]]} {CaptionedShapes.ShapeNames[(int)shapes[i]]} "));
            Assert.That(p, Is.All.InRange(-1e-6, 1 + 1e-6));
            if (p[0] + p[2] < 2 / 3.0) Assert.That(set.Captions[i], Does.Contain("left"));
            if (p[1] + p[3] > 4 / 3.0) Assert.That(set.Captions[i], Does.Contain("bottom"));
            // The middle of a shape has its colour; outside of its place there is nothing but the ground.
            int x = (int)(16 * (p[0] + p[2])), y = (int)(16 * (p[1] + p[3]));
            var red = images[i][y * 32 + x];
            Assert.That(red > 0.5, Is.EqualTo(colours[i] is 0 or 3 or 4));
            for (var k = 0; k < 32 * 32; k++)
                if ((k % 32 + 1) / 32.0 < p[0] || k % 32 / 32.0 > p[2] || (k / 32 + 1) / 32.0 < p[1] || k / 32 / 32.0 > p[3]) Assert.That(images[i][k], Is.EqualTo(0.08f));
        }
        Assert.That(shapes.Distinct().Count() + colours.Distinct().Count(), Is.EqualTo(9), "all occur");
        Assert.That(Synthetic.CaptionedShapes(60, 32, seed: 5).Captions, Is.EqualTo(set.Captions));
    }

    [Test]
    public void An_empty_set_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Synthetic.Moons(0));
}
