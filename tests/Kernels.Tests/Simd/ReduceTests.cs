using CudaNet.Cpu.Simd;

namespace CudaNet.Tests.Simd;

/// <summary>Reductions: right at every length, accurate, deterministic, NaN propagating.</summary>
public unsafe class ReduceTests
{
    private static IEnumerable<int> Lengths => Enumerable.Range(0, 131).Concat([255, 256, 1000, 2047, 2048, 2049, 4097, 10007]);

    [Test]
    public void Sum_product_maximum_and_minimum_are_right_at_every_length()
    {
        foreach (int n in Lengths)
        {
            var random = new Random(n);
            float[] x = new float[n], y = new float[n];
            int[] whole = new int[n];
            for (int i = 0; i < n; i++) (x[i], y[i], whole[i]) = ((float)(random.NextDouble() - 0.4), (float)random.NextDouble(), random.Next(-1000, 1000));
            fixed (float* px = x, py = y)
            fixed (int* pw = whole)
            {
                double size = x.Sum(v => Math.Abs((double)v)) + 1e-30;
                Assert.That(SimdLoop.Reduce<float, AddOperator<float>>(px, n), Is.EqualTo(x.Sum(v => (double)v)).Within(3e-7 * size));
                Assert.That(SimdLoop.MapReduce<float, SquareOperator<float>, AddOperator<float>>(px, n), Is.EqualTo(x.Sum(v => (double)v * v)).Within(3e-7 * size));
                Assert.That(SimdLoop.MapReduce<float, ExpOperator, AddOperator<float>>(px, n), Is.EqualTo(x.Sum(v => Math.Exp(v))).Within(3e-7 * 2 * n));
                Assert.That(SimdLoop.Dot(px, py, n), Is.EqualTo(x.Zip(y, (a, b) => (double)a * b).Sum()).Within(3e-7 * size));
                Assert.That(SimdLoop.Reduce<float, MaxOperator<float>>(px, n), Is.EqualTo(n == 0 ? float.NegativeInfinity : x.Max()));
                Assert.That(SimdLoop.Reduce<float, MinOperator<float>>(px, n), Is.EqualTo(n == 0 ? float.PositiveInfinity : x.Min()));
                Assert.That(SimdLoop.Reduce<int, AddOperator<int>>(pw, n), Is.EqualTo(whole.Sum()));
                Assert.That(SimdLoop.Reduce<int, MaxOperator<int>>(pw, n), Is.EqualTo(n == 0 ? int.MinValue : whole.Max()));
                for (int i = 0; i < n; i++) x[i] = 1 + (0.001f * x[i]);
                double product = x.Aggregate(1.0, (p, v) => p * v);
                Assert.That(SimdLoop.Reduce<float, MulOperator<float>>(px, n), Is.EqualTo(product).Within(product * 6e-8 * (n + 1)));
            }
        }
    }

    [Test]
    public void NaN_at_any_place_reaches_maximum_and_minimum()
    {
        float[] x = new float[100];
        fixed (float* p = x)
        {
            for (int n = 1; n <= 100; n++)
            {
                x[n / 2] = float.NaN;
                Assert.That(SimdLoop.Reduce<float, MaxOperator<float>>(p, n), Is.NaN);
                Assert.That(SimdLoop.Reduce<float, MinOperator<float>>(p, n), Is.NaN);
                x[n / 2] = 0;
            }
        }
    }

    [Test]
    public void A_sum_of_ten_million_tenths_is_accurate_to_float()
    {
        float[] x = new float[10_000_000];
        Array.Fill(x, 0.1f);
        fixed (float* p = x) Assert.That(SimdLoop.Reduce<float, AddOperator<float>>(p, x.Length), Is.EqualTo(0.1f * 1e7).Within(0.5));
    }

    [Test]
    public void Rows_are_reduced_into_a_row_for_every_width_and_many_heights()
    {
        foreach (int rows in new[] { 0, 1, 2, 5, 127, 128, 129, 300 })
        {
            foreach (int columns in new[] { 0, 1, 3, 7, 8, 15, 16, 17, 31, 32, 33, 64, 65, 130 })
            {
                int stride = columns + 3;
                float[] x = new float[(rows * stride) + 1], sums = new float[columns + 1], maxima = new float[columns + 1];
                for (int i = 0; i < x.Length; i++) x[i] = (((i * 7919) % 1000) - 500) * 0.01f;
                Array.Fill(sums, 2f);
                Array.Fill(maxima, float.NegativeInfinity);
                fixed (float* px = x, ps = sums, pm = maxima)
                {
                    SimdLoop.ReduceRows<float, AddOperator<float>>(px, rows, stride, ps, columns);
                    SimdLoop.ReduceRows<float, MaxOperator<float>>(px, rows, stride, pm, columns);
                }

                for (int j = 0; j < columns; j++)
                {
                    double sum = 2, max = double.NegativeInfinity;
                    for (int i = 0; i < rows; i++) (sum, max) = (sum + x[(i * stride) + j], Math.Max(max, x[(i * stride) + j]));
                    Assert.That(sums[j], Is.EqualTo(sum).Within(1e-6 * 5 * (rows + 2)));
                    Assert.That((double)maxima[j], Is.EqualTo(max));
                }

                Assert.That(sums[columns], Is.EqualTo(2f));
            }
        }
    }

    [Test]
    public void The_scalar_form_gives_the_same_bits_as_the_loop()
    {
        float[] x = Enumerable.Range(0, 100).Select(i => (i - 50) * 0.37f).ToArray(), y = new float[100];
        fixed (float* px = x, py = y) SimdLoop.Unary<float, TanhOperator>(px, py, 100);
        for (int i = 0; i < 100; i++) Assert.That(SimdLoop.Unary<float, TanhOperator>(x[i]), Is.EqualTo(y[i]));
    }
}
