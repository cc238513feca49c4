using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Tokens drawn from logits.</summary>
public sealed class SamplingTests
{
    private static readonly (int N, float Temperature, int TopK, float TopP)[] Settings =
        [(1, 1, int.MaxValue, 1), (7, 1, int.MaxValue, 1), (50, 0.7f, 5, 1), (50, 1.3f, int.MaxValue, 0.8f), (300, 1, 40, 0.6f), (2000, 1, 100, 0.95f)];

    [Test]
    public void A_token_is_the_one_whose_share_of_the_kept_weights_holds_the_random_number([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type)
    {
        foreach (var (n, temperature, topK, topP) in Settings)
        {
            const int Rows = 6;
            double[] x = KernelBench.Random(type, Rows * n, n, 5);
            long[] tokens = Draw(type, x, n, temperature, topK, topP, 3, 8);
            double[] random = Uniform(3, 8, Rows);
            for (int row = 0; row < Rows; row++)
            {
                double[] logits = x[(row * n)..((row + 1) * n)];
                double[] weights = Array.ConvertAll(logits, v => Math.Exp((v - logits.Max()) / temperature));
                int[] kept = [.. Enumerable.Range(0, n).OrderByDescending(i => logits[i]).Take(topK)];
                double sum = kept.Sum(i => weights[i]), running = 0;
                kept = [.. kept.TakeWhile((i, k) =>
                {
                    bool isKept = k == 0 || running < topP * sum;
                    running += weights[i];
                    return isKept;
                })];
                sum = kept.Sum(i => weights[i]);
                double before = kept.Where(i => i < tokens[row]).Sum(i => weights[i]);
                Assert.That(kept, Does.Contain((int)tokens[row]), $"{type} {n} row {row}");
                // The kernel's exponentials are off by three units of f32, and by the error of (x − max)/temperature below 20.
                double tolerance = 30 * Math.Pow(2, -24) * sum;
                Assert.That(random[row] * sum, Is.InRange(before - tolerance, before + weights[tokens[row]] + tolerance), $"{type} {n} row {row}");
            }
        }
    }

    [Test]
    public void Tokens_come_as_often_as_their_probabilities_say()
    {
        const int Rows = 3000, N = 6;
        double[] logits = [0, 1, -1, 2, 0.5, double.NegativeInfinity], x = [.. Enumerable.Repeat(logits, Rows).SelectMany(row => row)];
        long[] tokens = Draw("f32", x, N, 1, int.MaxValue, 1, 1, 0);
        double sum = logits.Sum(Math.Exp), chi = 0;
        for (int i = 0; i < 5; i++)
        {
            double expected = Rows * Math.Exp(logits[i]) / sum;
            chi += Math.Pow(tokens.Count(t => t == i) - expected, 2) / expected;
        }
        Assert.That(tokens, Has.None.EqualTo(5));
        // χ² with four degrees of freedom passes 23.5 once in ten thousand seeds.
        Assert.That(chi, Is.LessThan(23.5));
    }

    [Test]
    public void Temperature_zero_takes_the_first_of_the_greatest()
    {
        double[] x = KernelBench.Random("f32", 3 * 500, 2);
        x[700] = x[800] = 9;
        long[] tokens = Draw("f32", x, 500, 0, int.MaxValue, 1, 5, 5);
        Assert.That(tokens, Is.EqualTo(x.Chunk(500).Select(row => (long)Array.IndexOf(row, row.Max()))));
    }

    [Test]
    public void The_same_state_draws_the_same_tokens_and_another_one_others()
    {
        double[] x = KernelBench.Random("f32", 40 * 64, 2);
        long[] tokens = Draw("f32", x, 64, 1, 30, 0.9f, 5, 5);
        Assert.That(Draw("f32", x, 64, 1, 30, 0.9f, 5, 5), Is.EqualTo(tokens));
        Assert.That(Draw("f32", x, 64, 1, 30, 0.9f, 5, 6), Is.Not.EqualTo(tokens));
    }

    [Test]
    public void Only_what_is_greater_than_minus_infinity_is_drawn()
    {
        double nan = double.NaN, none = double.NegativeInfinity, all = double.PositiveInfinity;
        double[] x = [none, nan, -3, none, /**/ none, none, none, nan, /**/ 5, all, 80, nan];
        Assert.That(Draw("f32", x, 4, 1, 3, 0.9f, 1, 1), Is.EqualTo(new[] { 2L, -1, 1 }));
        Assert.That(Draw("f32", x, 4, 0, 1, 1, 1, 1), Is.EqualTo(new[] { 2L, -1, 1 }), "NaN takes no place among the kept");
    }

    [Test]
    public void Equal_logits_are_kept_from_the_first_on()
    {
        // A thousand times the same: of equal ones the first ten are kept, and of these the share of a half are five.
        long[] tokens = Draw("f32", new double[40 * 1000], 1000, 1, 10, 0.5f, 2, 2);
        Assert.That(tokens, Is.All.InRange(0, 4));
        Assert.That(tokens.Distinct().Count(), Is.EqualTo(5));
    }

    private static long[] Draw(string type, double[] x, int n, float temperature, int topK, float topP, long seed, long draw)
    {
        using var bench = new KernelBench();
        int rows = x.Length / n;
        var y = bench.Output("i64", rows);
        bench.Run(SamplingKernels.Sample(type, rows, n, temperature, topK, topP), bench.Upload(type, x), bench.Upload([seed, draw]), y);
        return bench.Device.Download<long>(y, rows);
    }

    /// <summary>The first 64 bits of each of the draw's blocks, as a share of all.</summary>
    private static double[] Uniform(long seed, long draw, int count)
    {
        uint[] words = RandomTests.Words(seed, draw, 4L * count);
        return [.. Enumerable.Range(0, count).Select(i => (words[4 * i] | ((ulong)words[(4 * i) + 1] << 32)) * Math.Pow(2, -64))];
    }
}
