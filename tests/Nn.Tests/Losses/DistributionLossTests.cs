using CudaNet.Nn;

namespace CudaNet.Tests.Losses;

[TestFixture]
internal sealed class DistributionLossTests
{
    private static readonly double[] Widths = [0.5, 2];

    [Test]
    public void The_energy_distance_is_that_of_its_formula()
    {
        // x = 0, 1 and y = 3: 2·(3 + 2)/2 − E|x − x′| − E|y − y′|.
        Tensor x = Tensor.From(new double[,] { { 0 }, { 1 } }), y = Tensor.From(new double[,] { { 3 }, { 3 } });
        Assert.That(Loss.EnergyDistance(x, y).Item(), Is.EqualTo(5 - 1 - 0).Within(1e-5));
        Assert.That(Loss.EnergyDistance(x, y, unbiased: false).Item(), Is.EqualTo(5 - 0.5 - 0).Within(1e-5));
    }

    [Test]
    public void The_discrepancy_is_that_of_its_formula()
    {
        double[] x = [0.3, -1, 2], y = [0.1, 1.5];
        static double K(double a, double b) => Widths.Sum(s => Math.Exp(-(a - b) * (a - b) / (2 * s * s)));
        static double Pairs(double[] v, bool all) => v.SelectMany((a, i) => v.Select((b, j) => all || i != j ? K(a, b) : 0)).Sum() / (v.Length * (all ? v.Length : v.Length - 1));
        var cross = x.SelectMany(a => y.Select(b => K(a, b))).Average();
        foreach (var unbiased in new[] { true, false })
            Assert.That(Loss.MaximumMeanDiscrepancy(Tensor.From(x, [3, 1]), Tensor.From(y, [2, 1]), Widths, unbiased).Item(),
                Is.EqualTo(Pairs(x, !unbiased) + Pairs(y, !unbiased) - 2 * cross).Within(1e-12));
    }

    [Test]
    public void Both_are_zero_for_a_sample_and_itself_and_have_a_gradient_there()
    {
        var x = Tensor.Randn([6, 2], seed: 1, type: DType.Float64).Realize();
        foreach (var distance in new Func<Tensor, Tensor, Tensor>[] { (a, b) => Loss.EnergyDistance(a, b, unbiased: false), (a, b) => Loss.MaximumMeanDiscrepancy(a, b, Widths, unbiased: false) })
        {
            var loss = distance(x, x + 0);
            Assert.That(loss.Item(), Is.Zero.Within(1e-12));
            Assert.That(Grad.Of(distance(x, Tensor.From(x.ToDoubles(), x.Shape)), x).IsFinite().All().Item(), Is.EqualTo(1));
        }
    }

    [Test]
    public void Bad_samples_and_widths_are_refused()
    {
        var x = Tensor.Zeros([3, 2]);
        Assert.That(() => Loss.EnergyDistance(x, Tensor.Zeros([3, 1])), Throws.TypeOf<ShapeException>().With.Message.Contain("[3, 2] and [3, 1]"));
        Assert.That(() => Loss.EnergyDistance(x, Tensor.Zeros([1, 2])), Throws.TypeOf<ShapeException>().With.Message.Contain("3 and 1 samples"));
        Assert.That(() => Loss.MaximumMeanDiscrepancy(Tensor.Zeros([3]), x, Widths), Throws.TypeOf<ShapeException>());
        Assert.That(() => Loss.MaximumMeanDiscrepancy(x, x, [1, 0]), Throws.ArgumentException.With.Message.Contain("[1, 0]"));
        Assert.That(() => Loss.MaximumMeanDiscrepancy(x, x, []), Throws.ArgumentException);
    }

    [Test]
    public void The_losses_of_a_game_have_their_known_values_and_slopes()
    {
        Tensor even = Tensor.Zeros([4, 1], DType.Float64), sure = Tensor.From(-Math.Log(99.0));
        Assert.That(Loss.GanDiscriminator(even, even).Item(), Is.EqualTo(1.3862944).Within(5e-8));
        Assert.That(Loss.GanSaturating(even).Item(), Is.EqualTo(-Math.Log(2)).Within(1e-12));
        Assert.That(Loss.GanNonSaturating(even).Item(), Is.EqualTo(Math.Log(2)).Within(1e-12));
        Assert.That(Grad.Of(Loss.GanSaturating(sure), sure).Item(), Is.EqualTo(-0.01).Within(1e-12));
        Assert.That(Grad.Of(Loss.GanNonSaturating(sure), sure).Item(), Is.EqualTo(-0.99).Within(1e-12));
        Assert.That(Loss.GanDiscriminator(Tensor.From(800f), Tensor.From(-800f)).Item(), Is.Zero, "nothing overflows");
        Assert.That(Loss.GanDiscriminator(Tensor.From(-800f), Tensor.From(800f)).Item(), Is.EqualTo(1600));
    }
}
