using System.Numerics;
using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Kernels written in CUDA C, compiled by clang, against C#. All checkers are on and find nothing.</summary>
public sealed class CorpusTests
{
    private static float[] Floats(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 4) - 2)];
    }

    [TestCase(1)]
    [TestCase(31)]
    [TestCase(1000)]
    public void Vector_addition_is_exact_and_fully_coalesced(int n)
    {
        using var device = new TestDevice();
        float[] a = Floats(n), b = Floats(n, 2);
        var c = device.Allocate(4 * n);
        var result = device.Clean(device.Kernel("basics", "vector_add"), (n + 255) / 256, 256, 0, device.Upload(a), device.Upload(b), c, n);
        Assert.That(device.Device.Download<float>(c, n), Is.EqualTo(a.Zip(b, (x, y) => x + y)));
        Assert.Multiple(() =>
        {
            Assert.That(result.Counters.CoalescingPercent, Is.EqualTo(100));
            Assert.That(result.Counters.GlobalBytesRead, Is.EqualTo(8 * n));
            Assert.That(result.Counters.GlobalBytesWritten, Is.EqualTo(4 * n));
            Assert.That(result.Counters.Float32Flops, Is.EqualTo(n));
        });
    }

    [Test]
    public void Vector_addition_by_four_uses_loads_of_16_bytes()
    {
        using var device = new TestDevice();
        float[] a = Floats(4000), b = Floats(4000, 2);
        var c = device.Allocate(16000);
        var result = device.Clean(device.Kernel("basics", "vector_add4"), 3, 128, 0, device.Upload(a), device.Upload(b), c, 1000);
        Assert.That(device.Device.Download<float>(c, 4000), Is.EqualTo(a.Zip(b, (x, y) => x + y)));
        Assert.That(result.Counters.Profile().Count(line => line.Instruction.Contains("v4")), Is.EqualTo(3));
    }

    [Test]
    public void Lanes_leave_a_loop_one_by_one_and_meet_behind_it()
    {
        using var device = new TestDevice();
        var start = Enumerable.Range(1, 300).Select(value => (uint)value).ToArray();
        var steps = device.Allocate(1200);
        var result = device.Clean(device.Kernel("basics", "collatz"), 3, 128, 0, device.Upload(start), steps, 300);
        Assert.That(device.Device.Download<int>(steps, 300), Is.EqualTo(start.Select(Collatz)));
        Assert.That(result.Counters.InactiveLanes, Is.GreaterThan(0.3));

        static int Collatz(uint v)
        {
            int count = 0;
            for (; v != 1 && count <= 1000; count++) v = (v & 1) != 0 ? (3 * v) + 1 : v >> 1;
            return count;
        }
    }

    [Test]
    public void Nested_branches_and_switches_reconverge()
    {
        using var device = new TestDevice();
        var x = Enumerable.Range(-150, 400).ToArray();
        var y = device.Allocate(1600);
        device.Clean(device.Kernel("basics", "classify"), 4, 128, 0, device.Upload(x), y, 400);
        Assert.That(device.Device.Download<int>(y, 400), Is.EqualTo(x.Select(Classify)));

        static int Classify(int v)
        {
            int r = 0;
            if (v < 0)
            {
                if (v < -100) return v % 7 == 0 ? -3 : -2;
                for (int k = v; k < 0; k += 3) r -= k & 3;
                return r;
            }

            switch (v % 11)
            {
                case 0: return 10;
                case 1: return 21;
                case 2: return 20;
                case 3:
                    for (int k = 0; k < v; k++) r += k % 5 == 4 ? 0 : k;
                    return r;
                case 5: return v * v;
                case 8: return v > 50 ? v / 3 : v * 3;
                case 9: return ~v;
                default: return -v;
            }
        }
    }

    [Test]
    public void Device_functions_are_called_under_divergence()
    {
        using var device = new TestDevice();
        var x = Floats(100);
        var y = device.Allocate(400);
        device.Clean(device.Kernel("basics", "calls"), 1, 128, 0, device.Upload(x), y, 100);
        var actual = device.Device.Download<float>(y, 100);
        for (int i = 0; i < 100; i++)
        {
            float expected = (i % 3) switch
            {
                0 => Horner(x[i], 5 + (i % 4)),
                1 => Horner(-x[i], 3),
                _ => x[i] + (1.0f + x[i]) + (float)(2.0 * (x[i] * 2.0)) + (i - (1 - i)),
            };
            Assert.That(actual[i], Is.EqualTo(expected).Within(1e-4f), $"thread {i}");
        }

        static float Horner(float x, int degree)
        {
            float r = 1;
            for (int k = degree; k > 0; k--) r = MathF.FusedMultiplyAdd(r, x / k, 1);
            return r;
        }
    }

    [Test]
    public void Recursion_has_registers_and_locals_for_each_call()
    {
        using var device = new TestDevice();
        int[] x = [.. Enumerable.Range(0, 40).Select(value => value % 11)];
        var y = device.Allocate(160);
        device.Clean(device.Kernel("basics", "recursive"), 1, 64, 0, device.Upload(x), y, 40);
        int[] fibonacci = [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55];
        Assert.That(device.Device.Download<int>(y, 40), Is.EqualTo(x.Select(value => fibonacci[value])));
    }

    [Test]
    public void Functions_are_called_through_pointers()
    {
        using var device = new TestDevice();
        var x = Floats(90);
        var y = device.Allocate(360);
        device.Clean(device.Kernel("basics", "indirect"), 1, 96, 0, device.Upload(x), y, 90);
        Assert.That(device.Device.Download<float>(y, 90), Is.EqualTo(x.Select((v, i) => (i % 3) switch { 0 => 2 * v, 1 => v * v, _ => -v })));
    }

    [Test]
    public void An_array_with_a_variable_index_lives_in_local_memory()
    {
        using var device = new TestDevice();
        var random = new Random(3);
        int[] x = [.. Enumerable.Range(0, 800).Select(_ => random.Next(-1000, 1000))];
        var y = device.Allocate(3200);
        var result = device.Clean(device.Kernel("basics", "local_sort"), 2, 64, 0, device.Upload(x), y, 100);
        Assert.That(device.Device.Download<int>(y, 800), Is.EqualTo(x.Chunk(8).SelectMany(chunk => chunk.Order())));
        Assert.That(result.Counters.LocalBytesWritten, Is.GreaterThan(0));
    }

    [Test]
    public void Constant_memory_is_initialised_from_the_text()
    {
        using var device = new TestDevice();
        var x = Floats(64);
        var y = device.Allocate(256);
        device.Clean(device.Kernel("basics", "blur"), 1, 64, 0, device.Upload(x), y, 64);
        float[] w = [0.0625f, 0.25f, 0.375f, 0.25f, 0.0625f];
        for (int i = 0; i < 64; i++)
            Assert.That(device.Device.Download<float>(y, 64)[i], Is.EqualTo(Enumerable.Range(-2, 5).Sum(k => w[k + 2] * x[Math.Clamp(i + k, 0, 63)])).Within(1e-5f));
    }

    [Test]
    public void Printf_formats_as_c_does()
    {
        using var device = new TestDevice();
        device.Clean(device.Kernel("basics", "say"), 1, 32, 0, 2, 1.5f);
        Assert.That(device.Printed, Is.EqualTo(new[]
        {
            "thread 0 of 32:   0.00 1.500000e+00|0    |00000|ff|a|text|1234567890123%\n",
            "thread 1 of 32:   1.50 1.500000e+00|1    |-0001|ff|b|text|1234567890123%\n",
        }));
    }

    [Test]
    public void A_failed_assertion_names_itself()
    {
        using var device = new TestDevice();
        var result = device.Device.Launch(device.Kernel("basics", "asserts"), 1, 4, 0, device.Upload([1, 2, -3, 4]));
        Assert.That(result.Findings.Single().Kind, Is.EqualTo(FindingKind.AssertionFailed));
        Assert.That(result.Findings.Single().Message, Does.Contain("x[threadIdx.x] >= 0").And.Contain("basics.cu"));
        Assert.That(result.Findings.Single().Thread.X, Is.EqualTo(2));
    }

    [Test]
    public void Philox_gives_the_published_numbers()
    {
        using var device = new TestDevice();
        var y = device.Allocate(16 * 40);
        device.Clean(device.Kernel("basics", "philox"), 1, 64, 0, y, 0u, 40);

        // Random123's known answers: counter 0 and key 0.
        Assert.That(device.Device.Download<uint>(y, 4), Is.EqualTo(new[] { 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u }));
    }

    [Test]
    public void Integers_of_64_bits_and_doubles_agree_with_csharp()
    {
        using var device = new TestDevice();
        var random = new Random(5);
        long[] x = [.. Enumerable.Range(0, 64).Select(i => random.NextInt64(-1L << (i % 31), 1L << (i % 31)))];
        double[] d = [.. Enumerable.Range(0, 64).Select(_ => (random.NextDouble() - 0.3) * 1000)];
        var y = device.Allocate(512);
        device.Clean(device.Kernel("basics", "mixed"), 1, 64, 0, device.Upload(x), device.Upload(d), y, 64);
        long[] expected = [.. x.Zip(d, (v, e) =>
        {
            long r = (v / 7) + (v % 13) + (v >> 3) + (v << 2) + BitOperations.PopCount((ulong)v) + (v == 0 ? 64 : BitOperations.LeadingZeroCount((ulong)v)) + (long)(e * 3.5) + (v > 0 ? v * v : -v);
            r ^= (long)(ulong)(e > 0 ? e : 0) + (ushort)v + (sbyte)v;
            return r + (long)Math.FusedMultiplyAdd(e, e, 1) + (long)Math.Sqrt(Math.Abs(e));
        })];
        Assert.That(device.Device.Download<long>(y, 64), Is.EqualTo(expected));
    }

    [Test]
    public void A_reduction_by_shuffles_and_atomics_gives_the_sum()
    {
        using var device = new TestDevice();
        var x = Floats(5000);
        var y = device.Upload([0f]);
        device.Clean(device.Kernel("reductions", "sum"), 4, 128, 0, device.Upload(x), y, 5000);
        Assert.That(device.Device.Download<float>(y, 1)[0], Is.EqualTo(x.Sum(v => (double)v)).Within(1e-3));
    }

    [TestCase(1, 32)]
    [TestCase(100, 64)]
    [TestCase(1000, 128)]
    public void Online_softmax_agrees_with_two_passes(int n, int threads)
    {
        using var device = new TestDevice();
        var x = Floats(3 * n);
        var y = device.Allocate(12 * n);
        device.Clean(device.Kernel("reductions", "softmax_online"), 3, threads, 0, device.Upload(x), y, n);
        var actual = device.Device.Download<float>(y, 3 * n);
        for (int row = 0; row < 3; row++)
        {
            var values = x.Skip(row * n).Take(n).Select(v => Math.Exp(v)).ToArray();
            for (int i = 0; i < n; i++) Assert.That(actual[(row * n) + i], Is.EqualTo(values[i] / values.Sum()).Within(1e-6));
        }
    }

    [Test]
    public void A_scan_in_dynamic_shared_memory_is_clean()
    {
        using var device = new TestDevice();
        int[] x = [.. Enumerable.Range(0, 256).Select(i => (i * 37 % 101) - 50)];
        var y = device.Allocate(1024);
        device.Clean(device.Kernel("reductions", "scan"), 1, 256, 2048, device.Upload(x), y);
        int sum = 0;
        Assert.That(device.Device.Download<int>(y, 256), Is.EqualTo(x.Select(v => sum += v)));
    }

    [Test]
    public void A_histogram_by_shared_and_global_atomics_counts_all()
    {
        using var device = new TestDevice();
        var random = new Random(9);
        byte[] x = [.. Enumerable.Range(0, 10000).Select(_ => (byte)(random.Next(256) & random.Next(256)))];
        var bins = device.Upload(new uint[256]);
        device.Clean(device.Kernel("reductions", "histogram"), 3, 128, 0, device.Upload(x), bins, x.Length);
        var expected = new uint[256];
        foreach (byte value in x) expected[value]++;
        Assert.That(device.Device.Download<uint>(bins, 256), Is.EqualTo(expected));
    }

    [Test]
    public void Compaction_by_ballot_keeps_every_positive_value()
    {
        using var device = new TestDevice();
        int[] x = [.. Enumerable.Range(0, 500).Select(i => (i * 7919 % 200) - 100)];
        var y = device.Upload(new int[500]);
        var count = device.Upload([0]);
        device.Clean(device.Kernel("reductions", "compact"), 4, 128, 0, device.Upload(x), y, count, 500);
        int kept = device.Device.Download<int>(count, 1)[0];
        Assert.That(device.Device.Download<int>(y, kept).Order(), Is.EqualTo(x.Where(v => v > 0).Order()));
    }

    [Test]
    public void Warp_functions_of_one_instruction_agree_with_csharp()
    {
        using var device = new TestDevice();
        int[] x = [.. Enumerable.Range(0, 64).Select(i => (i * 29 % 83) - 20)];
        var y = device.Allocate(1024);
        device.Clean(device.Kernel("reductions", "warp_functions"), 1, 64, 0, device.Upload(x), y);
        var actual = device.Device.Download<int>(y, 256);
        for (int t = 0; t < 64; t++)
        {
            int start = t / 32 * 32;
            var warp = x[start..(start + 32)];
            Assert.That(actual[t], Is.EqualTo(x.Count(v => v > 0) + (x.Contains(7) ? 1000 : 0) + (x.All(v => v < 100) ? 2000 : 0)));
            Assert.That(actual[t + 64], Is.EqualTo(warp.Sum() + warp.Max()));
            Assert.That((uint)actual[t + 128], Is.EqualTo(warp.Select((v, i) => (v & 3) == (x[t] & 3) ? 1u << i : 0).Aggregate((p, q) => p | q)));
            Assert.That(actual[t + 192], Is.EqualTo((t % 8 >= 3 ? x[t - 3] : x[t]) + 1 + (warp.Contains(7) ? 2 : 0)));
        }
    }

    [TestCase("transpose_naive", 31)]
    [TestCase("transpose_padded", 0)]
    public void A_padded_tile_has_no_bank_conflicts_and_a_bare_one_has(string name, int conflictsPerAccess)
    {
        using var device = new TestDevice();
        const int N = 64;
        var x = Floats(N * N);
        var y = device.Allocate(4 * N * N);
        var result = device.Clean(device.Kernel("reductions", name), new Dim3(2, 2), new Dim3(32, 8), 0, device.Upload(x), y, N);
        Assert.That(device.Device.Download<float>(y, N * N), Is.EqualTo(Enumerable.Range(0, N * N).Select(i => x[(i % N * N) + (i / N)])));
        Assert.That(result.Counters.SharedBankConflicts, Is.EqualTo(4 * 32 * conflictsPerAccess));
        Assert.That(result.Counters.CoalescingPercent, Is.EqualTo(100));
    }

    [TestCase(1, 100)]
    [TestCase(2, 60)]
    [TestCase(8, 21)]
    public void A_stride_costs_sectors(int stride, int percentAtMost)
    {
        using var device = new TestDevice();
        var y = device.Allocate(128);
        var result = device.Clean(device.Kernel("reductions", "strided"), 1, 32, 0, device.Upload(Floats(32 * stride)), y, stride);
        Assert.That(result.Counters.GlobalSectors, Is.EqualTo(4 + Math.Min(4 * stride, 32)));
        Assert.That(result.Counters.CoalescingPercent, Is.InRange(percentAtMost - 15, percentAtMost + 8));
    }

    [Test]
    public void Blocks_of_a_cooperative_launch_wait_for_one_another()
    {
        using var device = new TestDevice();
        const int Blocks = 7;
        var y = device.Upload(new int[Blocks]);
        var result = device.Device.Launch(
            device.Kernel("reductions", "grid_sum"), Blocks, 32, 0, new LaunchOptions { Cooperative = true },
            device.Upload(new int[Blocks]), device.Upload(new uint[1]), y);
        Assert.That(result.Findings, Is.Empty);
        Assert.That(device.Device.Download<int>(y, Blocks), Is.All.EqualTo(28));
    }

    [Test]
    public void A_tiled_matrix_product_agrees_and_counts_its_operations()
    {
        using var device = new TestDevice();
        const int M = 64, N = 128, K = 48;
        float[] a = Floats(M * K), b = Floats(K * N, 2);
        var c = device.Allocate(4 * M * N);
        var result = device.Clean(device.Kernel("gemm", "gemm_simt"), new Dim3(N / 64, M / 64), 256, 0, device.Upload(a), device.Upload(b), c, M, N, K);
        CheckProduct(device.Device.Download<float>(c, M * N), a, b, M, N, K);
        Assert.That(result.Counters.Float32Flops, Is.EqualTo(2 * M * N * K));
        Assert.That(result.Counters.Profile().Where(line => line.Instruction.StartsWith("ld.shared")).Sum(line => line.BankConflicts), Is.Zero);
    }

    [TestCase(64, 64, 32)]
    [TestCase(64, 128, 128)]
    [TestCase(128, 64, 96)]
    public void A_tensor_core_matrix_product_with_asynchronous_copies_agrees_and_is_free_of_conflicts(int m, int n, int k)
    {
        using var device = new TestDevice();
        float[] a = [.. Floats(m * k).Select(Brain)], b = [.. Floats(k * n, 2).Select(Brain)];
        var c = device.Allocate(4 * m * n);
        var result = device.Clean(device.Kernel("gemm", "gemm_tensor"), new Dim3(n / 64, m / 64), 128, 0, device.Upload([.. a.Select(Bits)]), device.Upload([.. b.Select(Bits)]), c, m, n, k);
        CheckProduct(device.Device.Download<float>(c, m * n), a, b, m, n, k);
        Assert.Multiple(() =>
        {
            Assert.That(result.Counters.TensorHalfFlops, Is.EqualTo(2L * m * n * k));
            Assert.That(result.Counters.SharedBankConflicts, Is.Zero);
            Assert.That(result.Counters.CoalescingPercent, Is.EqualTo(100));
        });

        static float Brain(float x) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(x) & 0xFFFF0000);
        static ushort Bits(float x) => (ushort)(BitConverter.SingleToUInt32Bits(x) >> 16);
    }

    private static void CheckProduct(float[] actual, float[] a, float[] b, int m, int n, int k)
    {
        for (int row = 0; row < m; row++)
        {
            for (int column = 0; column < n; column++)
            {
                double sum = 0;
                for (int i = 0; i < k; i++) sum += (double)a[(row * k) + i] * b[(i * n) + column];
                Assert.That(actual[(row * n) + column], Is.EqualTo(sum).Within(1e-4), $"element {row}, {column}");
            }
        }
    }
}
