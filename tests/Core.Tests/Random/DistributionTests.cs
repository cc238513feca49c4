namespace CudaNet.Tests.RandomNumbers;

/// <summary>Statistics of draws with fixed seeds. Bounds are five standard deviations of the statistic, which a right
/// generator passes for all but one seed in two million, or the critical value of the test at 10⁻⁶.</summary>
public class DistributionTests
{
    private const int N = 200_000;

    /// <summary>√n·D of Kolmogorov and Smirnov passes 2.6 with probability 2·e^(−2·2.6²) = 2.7·10⁻⁶.</summary>
    private const double Critical = 2.6;

    private static double Distance(double[] sample, Func<double, double> distribution)
    {
        Array.Sort(sample);
        var worst = 0.0;
        for (var i = 0; i < sample.Length; i++)
        {
            var f = distribution(sample[i]);
            worst = Math.Max(worst, Math.Max(f - (double)i / sample.Length, (i + 1.0) / sample.Length - f));
        }
        return worst * Math.Sqrt(sample.Length);
    }

    private static double NormalDistribution(double x) => MathNetErf(x / Math.Sqrt(2)) / 2 + 0.5;

    private static double MathNetErf(double x) => MathNet.Numerics.SpecialFunctions.Erf(x);

    [TestCase(DType.Float32)]
    [TestCase(DType.Float64)]
    public void Uniform_numbers_are_uniform(DType type)
    {
        var x = Tensor.Rand([N], seed: 1, type: type).ToDoubles();
        Assert.That(x, Is.All.InRange(0.0, 1 - 1e-9));
        Assert.That(x.Average(), Is.EqualTo(0.5).Within(5 * Math.Sqrt(1.0 / 12 / N)));
        Assert.That(Distance(x, u => u), Is.LessThan(Critical));
    }

    [TestCase(DType.Float16, 2048)]
    [TestCase(DType.BFloat16, 256)]
    public void Uniform_halves_take_all_values_and_never_one(DType type, int values)
    {
        var x = Tensor.Rand([N], seed: 2, type: type).ToDoubles();
        Assert.That(x.Max(), Is.LessThan(1));
        Assert.That(x.Distinct().Count(), Is.EqualTo(values));
    }

    [TestCase(DType.Float32)]
    [TestCase(DType.Float64)]
    public void Normal_numbers_are_normal_and_neighbours_independent(DType type)
    {
        var x = Tensor.Randn([N], seed: 3, type: type).ToDoubles();
        Assert.That(x, Is.All.Matches<double>(double.IsFinite));
        Assert.That(x.Average(), Is.EqualTo(0).Within(5 / Math.Sqrt(N)));
        Assert.That(x.Sum(v => v * v) / N, Is.EqualTo(1).Within(5 * Math.Sqrt(2.0 / N)));
        Assert.That(x.Sum(v => v * v * v * v) / N, Is.EqualTo(3).Within(5 * Math.Sqrt(96.0 / N)));
        foreach (var lag in (int[])[1, 2, 3, 4])
            Assert.That(Enumerable.Range(0, N - lag).Sum(i => x[i] * x[i + lag]) / N, Is.EqualTo(0).Within(5 / Math.Sqrt(N)), $"lag {lag}");
        Assert.That(Distance(x, NormalDistribution), Is.LessThan(Critical));
    }

    [Test]
    public void Integers_are_equally_likely()
    {
        var counts = Tensor.Randint([N], -3, 7, seed: 4).ToArray<long>().GroupBy(v => v).ToDictionary(g => g.Key, g => g.Count());
        Assert.That(counts.Keys.Order(), Is.EqualTo(Enumerable.Range(-3, 10).Select(v => (long)v)));
        // χ² with 9 degrees of freedom passes 46 with probability 6·10⁻⁷.
        Assert.That(counts.Values.Sum(c => Math.Pow(c - N / 10.0, 2) / (N / 10.0)), Is.LessThan(46));
    }

    [Test]
    public void The_widest_integers_are_drawn()
    {
        var x = Tensor.Randint([N], long.MinValue, long.MaxValue, seed: 5).ToArray<long>();
        Assert.That(x.Count(v => v < 0), Is.EqualTo(N / 2).Within(5 * Math.Sqrt(N) / 2));
    }

    [Test]
    public void Truth_has_its_probability()
    {
        var x = new RandomStream(6).Bernoulli([N], 0.3).ToArray<bool>();
        Assert.That(x.Count(v => v), Is.EqualTo(0.3 * N).Within(5 * Math.Sqrt(0.21 * N)));
        Assert.That(new RandomStream(6).Bernoulli(Tensor.From(0f, 1f, 0f)).ToArray<bool>(), Is.EqualTo(new[] { false, true, false }));
    }

    [Test]
    public void Permutations_hold_each_number_once_and_all_orders_come()
    {
        Assert.That(Tensor.RandPermutation(1000, 7).ToArray<long>().Order(), Is.EqualTo(Enumerable.Range(0, 1000).Select(v => (long)v)));
        var stream = new RandomStream(8);
        var orders = Enumerable.Range(0, 6000).Select(_ => string.Join("", stream.Permutation(3).ToArray<long>())).GroupBy(o => o).Select(g => g.Count()).ToArray();
        Assert.That(orders, Has.Length.EqualTo(6));
        // χ² with 5 degrees of freedom passes 37 with probability 6·10⁻⁷.
        Assert.That(orders.Sum(c => Math.Pow(c - 1000, 2) / 1000), Is.LessThan(37));
    }

    [Test]
    public void Classes_come_with_their_probabilities()
    {
        double[] p = [0.1, 0, 0.6, 0.3];
        var x = Tensor.From(p).Categorical(N, seed: 9).ToArray<long>();
        for (var k = 0; k < p.Length; k++)
            Assert.That(x.Count(v => v == k), Is.EqualTo(p[k] * N).Within(5 * Math.Sqrt(p[k] * (1 - p[k]) * N)), $"class {k}");
        Assert.That((Tensor.From(p) * 7).Categorical(100, seed: 9).ToArray<long>(), Is.EqualTo(x[..100]), "only proportions matter");
    }

    [TestCase(DType.Float32)]
    [TestCase(DType.Float64)]
    public void Truncated_normal_numbers_follow_the_cut_distribution(DType type)
    {
        var x = new RandomStream(10).TruncatedNormal([N], 1, 2, -1, 4, type).ToDoubles();
        Assert.That(x, Is.All.InRange(-1.0, 4.0));
        var (low, high) = (NormalDistribution(-1), NormalDistribution(1.5));
        Assert.That(Distance(x, v => (NormalDistribution((v - 1) / 2) - low) / (high - low)), Is.LessThan(Critical));
    }

    [Test]
    public void Draws_and_streams_are_independent_of_each_other()
    {
        var stream = new RandomStream(11);
        double[][] samples = [stream.Normal([N]).ToDoubles(), stream.Normal([N]).ToDoubles(), Tensor.Randn([N], seed: 12).ToDoubles()];
        for (var a = 0; a < samples.Length; a++)
            for (var b = 0; b < a; b++)
                Assert.That(samples[a].Zip(samples[b], (u, v) => u * v).Average(), Is.EqualTo(0).Within(5 / Math.Sqrt(N)), $"{a} and {b}");
    }
}
