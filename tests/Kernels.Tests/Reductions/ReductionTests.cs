using CudaNet.Cpu.Reference;
using CudaNet.Cpu.Threading;
using CudaNet.Verification;

namespace CudaNet.Tests.Reductions;

/// <summary>Reductions over all kinds of layouts and sizes, and their promises.</summary>
public class ReductionTests
{
    private static readonly FloatReference Reference = new();

    [Test]
    public void A_reduction_of_a_random_view_along_random_axes_equals_the_reference([Range(0, 79)] int seed)
    {
        var random = new Random(seed);
        var rank = random.Next(1, 5);
        // Some sizes around the borders of blocks and rows.
        long[] interesting = [1, 2, 3, 5, 16, 17, 63, 64, 129];
        var sizes = Enumerable.Range(0, rank).Select(_ => interesting[random.Next(interesting.Length)]).ToArray();
        while (new Shape(sizes).ElementCount > 60_000) sizes[random.Next(rank)] = 3;
        var count = new Shape(sizes).ElementCount;
        var x = Tensor.From(Enumerable.Range(0, (int)count).Select(_ => random.NextDouble() + 0.5).ToArray(), sizes);
        if (random.Next(2) == 0) x = x.Permute([.. Enumerable.Range(0, rank).OrderBy(_ => random.Next())]);
        if (random.Next(3) == 0) x = x.Flip(random.Next(rank));
        if (random.Next(3) == 0) x = x * 2 + Tensor.From(1.0, 2.0)[0];
        int[] axes = [.. Enumerable.Range(0, rank).Where(_ => random.Next(2) == 0)];
        if (axes.Length == 0) axes = [random.Next(rank)];
        Tensor[] results = [x.Sum(axes), x.Max(axes) * 3 + 1, x.Min(axes, keepDims: true), (x.Log() * 0.01).Exp().Prod(axes), x.Mean(axes).Sqrt()];
        var arg = axes.Length == 1 ? x.ArgMax(axes[0]) : x.ArgMin();
        foreach (var result in (Tensor[])[.. results, arg])
        {
            var expected = Reference.Evaluate(result);
            var comparison = Comparison.Of(result.ToDoubles(), expected, new(1e-11, 1e-11), result.Shape);
            Assert.That(comparison.Passed, $"{x.Shape} along [{string.Join(", ", axes)}]: {comparison.Message}");
        }
    }

    [TestCase(new long[] { 3_000_000 }, 0)]
    [TestCase(new long[] { 3, 700_000 }, 1)]
    [TestCase(new long[] { 700_000, 3 }, 0)]
    [TestCase(new long[] { 9000, 257 }, 0)]
    [TestCase(new long[] { 257, 9000 }, 1)]
    [TestCase(new long[] { 40, 3, 9000 }, 1)]
    public void A_long_sum_of_floats_is_accurate_and_has_the_same_bits_on_any_number_of_threads(long[] sizes, int axis)
    {
        var random = new Random(1);
        var values = new float[new Shape(sizes).ElementCount];
        for (var i = 0; i < values.Length; i++) values[i] = (float)random.NextDouble();
        var x = Tensor.From(values, sizes);
        var exact = x.To(DType.Float64).Sum(axis).ToDoubles();
        var threads = WorkerPool.Threads;
        try
        {
            var results = new List<float[]>();
            foreach (var count in (int[])[1, 2, 3])
            {
                WorkerPool.Threads = count;
                results.Add(x.Sum(axis).ToArray<float>());
            }
            Assert.Multiple(() =>
            {
                Assert.That(results[1], Is.EqualTo(results[0]));
                Assert.That(results[2], Is.EqualTo(results[0]));
                Assert.That(Array.ConvertAll(results[0], v => (double)v), Is.EqualTo(exact).Within(2e-7 * exact.Max()));
            });
        }
        finally
        {
            WorkerPool.Threads = threads;
        }
    }

    [Test]
    public void The_gradient_of_a_maximum_goes_to_the_first_of_equal_elements()
    {
        var x = Tensor.From(new float[,] { { 1, 3, 3 }, { 2, 2, 2 } });
        Assert.Multiple(() =>
        {
            Assert.That(Grad.Of(x.Max(1).Sum(), x).ToArray<float>(), Is.EqualTo(new float[] { 0, 1, 0, 1, 0, 0 }));
            Assert.That(Grad.Of(x.Min(0).Sum(), x).ToArray<float>(), Is.EqualTo(new float[] { 1, 0, 0, 0, 1, 1 }));
            Assert.That(Grad.Of(x.Max(), x).ToArray<float>(), Is.EqualTo(new float[] { 0, 1, 0, 0, 0, 0 }));
            Assert.That(Grad.Of(x.Maximum(x.Detach()).Sum(), x).ToArray<float>(), Is.EqualTo(new float[] { 1, 1, 1, 1, 1, 1 }));
        });
    }

    [Test]
    public void The_gradient_of_a_product_is_right_with_one_zero_and_with_two()
    {
        var one = Tensor.From(2f, 0f, 3f);
        var two = Tensor.From(2f, 0f, 0f);
        Assert.Multiple(() =>
        {
            Assert.That(Grad.Of(one.Prod(), one).ToArray<float>(), Is.EqualTo(new float[] { 0, 6, 0 }));
            Assert.That(Grad.Of(two.Prod(), two).ToArray<float>(), Is.EqualTo(new float[] { 0, 0, 0 }));
        });
    }

    [Test]
    public void Reductions_of_nothing_have_the_neutral_element()
    {
        var nothing = Tensor.Zeros([2, 0]);
        Assert.Multiple(() =>
        {
            Assert.That(nothing.Sum(1).ToArray<float>(), Is.EqualTo(new float[] { 0, 0 }));
            Assert.That(nothing.Prod(1).ToArray<float>(), Is.EqualTo(new float[] { 1, 1 }));
            Assert.That(nothing.Mean(1).ToArray<float>(), Is.All.NaN);
            Assert.That(nothing.Any(1).ToArray<bool>(), Is.All.False);
            Assert.That(nothing.All(1).ToArray<bool>(), Is.All.True);
            Assert.That(nothing.LogSumExp(1).ToArray<float>(), Is.All.EqualTo(float.NegativeInfinity));
        });
    }

    [Test]
    public void The_norm_of_zeros_has_gradient_zero()
    {
        var x = Tensor.Zeros([3]) * Tensor.From(1f, 2f, 3f);
        Assert.That(Grad.Of(x.Norm(), x).ToArray<float>(), Is.All.Zero);
    }
}
