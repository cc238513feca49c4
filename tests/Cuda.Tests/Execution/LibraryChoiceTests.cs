using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Cublas;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Execution;
using CudaNet.Cuda.Virtual;

namespace CudaNet.Tests.Execution;

/// <summary>The choice between our kernels and NVIDIA's libraries, as far as it can be seen without a card.</summary>
public sealed class LibraryChoiceTests
{
    [Test]
    public void A_call_of_cuBLAS_reads_row_major_matrices_as_they_lie([Values] bool transposeA, [Values] bool transposeB, [Values(1, 3)] int m, [Values(1, 4)] int n, [Values(1, 5)] int k)
    {
        double[] a = Numbers(m * k, 1), b = Numbers(k * n, 2);
        var call = CublasCall.Of(m, n, k, new(transposeA, transposeA ? m : k, 0), new(transposeB, transposeB ? k : n, 0))!.Value;
        // C is n rows by m columns there: cuBLAS's first operand is B, its second A.
        var c = new double[m * n];
        for (var row = 0; row < n; row++)
            for (var column = 0; column < m; column++)
                for (var i = 0; i < k; i++)
                    c[column * n + row] += At(b, call.First, call.LeadingFirst, row, i) * At(a, call.Second, call.LeadingSecond, i, column);
        var expected = new double[m * n];
        for (var row = 0; row < m; row++)
            for (var column = 0; column < n; column++)
                for (var i = 0; i < k; i++)
                    expected[row * n + column] += a[transposeA ? i * m + row : row * k + i] * b[transposeB ? column * k + i : i * n + column];
        Assert.That(c, Is.EqualTo(expected).Within(1e-12));

        // Column after column.
        static double At(double[] matrix, CublasOperation operation, int leading, int row, int column) =>
            operation == CublasOperation.None ? matrix[column * leading + row] : matrix[row * leading + column];
    }

    [Test]
    public void A_matrix_that_is_flipped_or_stretched_is_left_to_our_kernels()
    {
        Assert.That(CublasCall.Of(3, 4, 5, new(false, -5, 0), new(false, 4, 0)), Is.Null);
        Assert.That(CublasCall.Of(3, 4, 5, new(false, 0, 0), new(false, 4, 0)), Is.Null);
        Assert.That(CublasCall.Of(3, 4, 5, new(false, 5, 0), new(true, 5, -20)), Is.Null);
        Assert.That(CublasCall.Of(1, 4, 5, new(false, 0, 0), new(false, 4, 0)), Is.Not.Null, "a single row has no next one");
    }

    [Test]
    public void The_fastest_way_is_measured_once_and_remembered_on_disk()
    {
        var folder = Directory.CreateTempSubdirectory("cudanet-tuner-");
        try
        {
            using var driver = new VirtualCudaDriver();
            var stream = driver.CreateStream();
            var disk = new KernelDiskCache(folder.FullName);
            var tuner = new Autotuner(driver, disk);
            var runs = 0;
            (string, Action)[] ways =
            [
                ("slow", () => Thread.Sleep(20)),
                ("fast", () => runs++),
                ("broken", () => throw new CudaException("cublasGemmEx", CudaStatus.NotSupported)),
            ];
            var key = tuner.KeyOf("a product");
            Assert.That(tuner.Known(key), Is.Null);
            Assert.That(tuner.Measure(key, ways, stream), Is.EqualTo("fast"));
            Assert.That(runs, Is.GreaterThan(1));
            Assert.That(new Autotuner(driver, disk).Known(key), Is.EqualTo("fast"));
            Assert.That(new Autotuner(driver, disk).Known(tuner.KeyOf("another")), Is.Null);
            Assert.That(() => tuner.Measure(tuner.KeyOf("hopeless"), ways[2..], stream), Throws.TypeOf<CudaException>());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];
    }
}
