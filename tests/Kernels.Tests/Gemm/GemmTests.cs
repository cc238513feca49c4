using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Simd;

namespace CudaNet.Tests.Gemm;

using static CudaNet.Tests.Gemm.GemmHarness;

/// <summary>Matrix products of all kinds against the naive float64 loop.</summary>
public unsafe class GemmTests
{
    private const double Tolerance32 = 4e-7;
    private const double Tolerance64 = 1e-15;

    private static readonly int[] Sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 16, 17, 20];

    [Test]
    public void Every_small_float_product_is_right()
    {
        foreach (int m in Sizes)
            foreach (int n in Sizes)
                foreach (int k in Sizes)
                    Check<float, float, float>(Shape(m, n, k, Storage.RowMajor, Storage.RowMajor, padding: (m + n) % 3), 1, 0, Tolerance32);
    }

    [Test]
    public void Every_small_double_product_is_right_with_factors()
    {
        foreach (int m in Sizes)
            foreach (int n in Sizes)
                foreach (int k in Sizes)
                    Check<double, double, double>(Shape(m, n, k, Storage.Transposed, Storage.RowMajor), 0.5, -2, 4 * Tolerance64);
    }

    [Test]
    public void Every_storage_of_both_operands_is_right([Values] Storage a, [Values] Storage b)
    {
        foreach (var (m, n, k) in new[] { (1, 1, 1), (1, 37, 19), (29, 1, 33), (3, 70, 41), (50, 2, 66), (13, 33, 17), (31, 65, 300), (70, 100, 129) })
        {
            Check<float, float, float>(Shape(m, n, k, a, b, padding: 5), 1.5, 0, Tolerance32);
            Check<float, float, float>(Shape(m, n, k, a, b), 1, 1, Tolerance32);
            Check<double, double, double>(Shape(m, n, k, a, b, padding: 1), 1, 0.25, 4 * Tolerance64);
        }
    }

    [Test]
    public void Half_bfloat16_and_biased_bytes_are_summed_in_float([Values(Storage.RowMajor, Storage.Transposed, Storage.Strided)] Storage a, [Values(Storage.RowMajor, Storage.Transposed, Storage.Strided)] Storage b)
    {
        foreach (var (m, n, k) in new[] { (1, 37, 19), (29, 1, 33), (4, 70, 41), (31, 65, 300), (13, 16, 17) })
        {
            Check<Half, Half, float>(Shape(m, n, k, a, b), 1, 0, Tolerance32);
            Check<ushort, ushort, float>(Shape(m, n, k, a, b), 1, 1, Tolerance32);
            Check<float, ushort, float>(Shape(m, n, k, a, b), 1, 0, Tolerance32);
            Check<Half, float, float>(Shape(m, n, k, a, b), 2, 0, Tolerance32);
            Check<float, BiasedByte, float>(Shape(m, n, k, a, b), 1, 0, Tolerance32);
        }
    }

    [Test]
    public void Integer_products_are_exact([Values(Storage.RowMajor, Storage.Transposed, Storage.Reversed)] Storage a, [Values(Storage.RowMajor, Storage.Transposed)] Storage b)
    {
        foreach (var (m, n, k) in new[] { (1, 1, 1), (5, 7, 0), (1, 20, 9), (33, 18, 150), (100, 90, 70) })
        {
            Check<int, int, int>(Shape(m, n, k, a, b, padding: 2), 2, 3, 0);
            Check<long, long, long>(Shape(m, n, k, a, b), 1, 0, 0);
        }
    }

    [Test]
    public void Batches_are_right_with_own_and_with_shared_matrices([Values] bool sharedB, [Values(Storage.RowMajor, Storage.Transposed)] Storage a)
    {
        foreach (var (batch, m, n, k) in new[] { (0, 3, 3, 3), (2, 1, 1, 1), (5, 3, 9, 4), (40, 16, 16, 16), (3, 130, 70, 65), (7, 1, 50, 20), (2, 60, 1, 70) })
        {
            Check<float, float, float>(Shape(m, n, k, a, Storage.RowMajor, padding: 1, batch, sharedB), 1, 0, Tolerance32);
            Check<double, double, double>(Shape(m, n, k, a, Storage.Transposed, padding: 0, batch, sharedB), 1, 1, 4 * Tolerance64);
            Check<int, int, int>(Shape(m, n, k, a, Storage.RowMajor, padding: 0, batch, sharedB), 1, 1, 0);
        }
    }

    [TestCase(257, 129, 511)]
    [TestCase(100, 1000, 30)]
    [TestCase(1000, 40, 70)]
    [TestCase(33, 47, 2100)]
    [TestCase(1, 3000, 257)]
    [TestCase(3000, 1, 257)]
    [TestCase(8, 999, 300)]
    [TestCase(999, 7, 300)]
    [TestCase(1, 1, 10001)]
    public void Larger_odd_products_are_right(int m, int n, int k)
    {
        Check<float, float, float>(Shape(m, n, k, Storage.RowMajor, Storage.RowMajor, padding: 3), 1, 0, Tolerance32);
        Check<float, float, float>(Shape(m, n, k, Storage.RowMajor, Storage.Transposed), 1, 1, Tolerance32);
        Check<float, float, float>(Shape(m, n, k, Storage.Transposed, Storage.RowMajor), -1, 1, Tolerance32);
        Check<double, double, double>(Shape(m, n, k, Storage.RowMajor, Storage.Transposed), 1, 0, 4 * Tolerance64);
    }

    [Test]
    public void A_batch_over_one_matrix_without_epilogue_equals_its_products_one_by_one()
    {
        const int batch = 5, m = 7, n = 33, k = 21;
        var random = new Random(3);
        float[] a = Enumerable.Range(0, batch * m * k).Select(_ => random.NextSingle()).ToArray();
        float[] b = Enumerable.Range(0, k * n).Select(_ => random.NextSingle()).ToArray();
        float[] together = new float[batch * m * n], single = new float[batch * m * n];
        fixed (float* pa = a, pb = b, pt = together, ps = single)
        {
            MatrixProduct.Run(GemmShape.RowMajor(m, n, k, batch: batch) with { BBatch = 0 }, pa, pb, pt);
            for (int i = 0; i < batch; i++) MatrixProduct.Run(GemmShape.RowMajor(m, n, k), pa + (i * m * k), pb, ps + (i * m * n));
        }

        Assert.That(together, Is.EqualTo(single).Within(1e-5f));
    }

    [Test]
    public void NaN_and_infinity_propagate_and_alpha_zero_reads_no_operand()
    {
        float[] a = [1, float.PositiveInfinity, 0, 2], b = [0, 1, 1, 1], c = new float[4];
        fixed (float* pa = a, pb = b, pc = c)
        {
            MatrixProduct.Run(GemmShape.RowMajor(2, 2, 2), pa, pb, pc);
            Assert.That(c, Is.EqualTo(new[] { float.PositiveInfinity, float.PositiveInfinity, 2, 2 }));
            a[0] = float.NaN;
            MatrixProduct.Run(GemmShape.RowMajor(2, 2, 2), pa, pb, pc);
            Assert.That(c[0], Is.NaN);
            MatrixProduct.Run(GemmShape.RowMajor(2, 2, 2), pa, pb, pc, 0f, 0f, default(NoEpilogue<float>));
            Assert.That(c, Is.All.Zero);
        }
    }

    [Test]
    public void A_product_allocates_nothing_after_warm_up()
    {
        float[] a = new float[200 * 200], b = new float[200 * 200], c = new float[200 * 200];
        fixed (float* pa = a, pb = b, pc = c)
        {
            for (int i = 0; i < 20; i++) MatrixProduct.Run(GemmShape.RowMajor(200, 200, 200), pa, pb, pc);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++) MatrixProduct.Run(GemmShape.RowMajor(200, 200, 200), pa, pb, pc);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        }
    }

    [Test]
    public void Impossible_shapes_are_refused_with_their_sizes()
    {
        float* none = null;
        var shape = GemmShape.RowMajor(2, 4, 2) with { CRow = 3 };
        Assert.That(() => MatrixProduct.Run(shape, none, none, none), Throws.ArgumentException.With.Message.Contains("3"));
        Assert.That(() => MatrixProduct.Run(new GemmShape(-1, 1, 1), none, none, none), Throws.ArgumentException);
        Assert.That(() => MatrixProduct.RunMixed(GemmShape.RowMajor(1, 1, 1), (Half*)null, (double*)null, (double*)null, 1.0, 0.0, default(NoEpilogue<double>)), Throws.TypeOf<NotSupportedException>());
    }
}
