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
    public void An_empty_set_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Synthetic.Moons(0));
}
