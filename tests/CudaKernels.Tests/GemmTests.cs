using System.Runtime.InteropServices;
using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Matrix products of every type and orientation against loops in f64.</summary>
public sealed class GemmTests
{
    private static readonly bool[] Both = [false, true];

    // Whole tiles, one element, primes around the tile sizes, long and flat ones.
    private static readonly (int M, int N, int K)[] Odd = [(1, 1, 1), (59, 97, 37), (65, 63, 129), (1, 130, 70), (130, 1, 33)];
    private static readonly (int M, int N, int K)[] Eights = [(128, 128, 64), (8, 136, 72), (152, 40, 104)];

    private static IEnumerable<TestCaseData> Cases =>
        from type in KernelTypes.Floats from ta in Both from tb in Both from aligned in Both select new TestCaseData(type, ta, tb, aligned);

    private static IEnumerable<TestCaseData> SimtCases =>
        from spec in GemmKernels.SimtFamily.Ahead from ta in Both from tb in Both select new TestCaseData(spec, ta, tb);

    [TestCaseSource(nameof(Cases))]
    public void Tensor_core_product_matches_f64(string type, bool ta, bool tb, bool aligned)
    {
        var spec = GemmKernels.Spec(type, ta, tb, aligned);
        foreach (var (m, n, k) in aligned ? Eights : Odd)
        {
            Compare("gemm_mma", spec, ta, tb, m, n, k, epilogue: false);
            Compare("gemm_mma", spec, ta, tb, m, n, k, epilogue: true);
        }
    }

    [Test]
    public void Aligned_operands_may_have_a_result_that_is_not([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type) =>
        Compare("gemm_mma", GemmKernels.Spec(type, false, true, true), false, true, 40, 37, 64, epilogue: true);

    [Test]
    public void A_matrix_may_be_added_before_the_activation_and_a_row_behind_it([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type)
    {
        Compare("gemm_mma", GemmKernels.Spec(type, false, true, true), false, true, 40, 48, 64, batch: 2, exchanged: true);
        Compare("gemm_mma", GemmKernels.Spec(type, false, false, false), false, false, 20, 21, 22, splits: 2, exchanged: true);
        if (type == "f32") Compare("gemm_simt", GemmKernels.SimtSpec(type, large: true), false, true, 20, 21, 22, batch: 2, exchanged: true);
    }

    [TestCaseSource(nameof(SimtCases))]
    public void Product_without_tensor_cores_matches_f64(KernelSpec spec, bool ta, bool tb)
    {
        foreach (var (m, n, k) in Odd.Concat(Eights))
        {
            Compare("gemm_simt", spec, ta, tb, m, n, k, epilogue: false);
            if (Type(spec)[0] == 'f') Compare("gemm_simt", spec, ta, tb, m, n, k, epilogue: true);
        }
    }

    [Test]
    public void Batches_and_split_sums_match_f64([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type)
    {
        Compare("gemm_mma", GemmKernels.Spec(type, false, true, false), false, true, 33, 50, 200, batch: 3);
        Compare("gemm_mma", GemmKernels.Spec(type, true, false, false), true, false, 33, 50, 200, batch: 2, splits: 3);
        Compare("gemm_mma", GemmKernels.Spec(type, false, false, true), false, false, 40, 48, 200, batch: 2, splits: 3);
        // More parts than steps: the last ones are zero.
        Compare("gemm_mma", GemmKernels.Spec(type, false, false, false), false, false, 20, 20, 20, splits: 4);
    }

    [Test]
    public void Batches_and_split_sums_match_f64_without_tensor_cores([ValueSource(nameof(SimtSpecs))] KernelSpec spec)
    {
        bool epilogue = Type(spec)[0] == 'f';
        Compare("gemm_simt", spec, false, true, 33, 50, 200, batch: 3, epilogue: epilogue);
        Compare("gemm_simt", spec, true, false, 33, 48, 200, batch: 2, splits: 3, epilogue: epilogue);
        Compare("gemm_simt", spec, false, false, 20, 20, 20, splits: 4, epilogue: epilogue);
    }

    [Test]
    public void Product_of_one_row_matches_f64([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values] bool aligned)
    {
        foreach (int n in new[] { 1, 59, 97 })
            foreach (int k in aligned ? [8, 520, 1032] : new[] { 1, 59, 1025 })
                Compare("gemv", GemmKernels.Spec(type, false, true, aligned), false, true, 1, n, k, batch: 2);
    }

    [Test]
    public void Product_of_one_row_matches_f64_without_tensor_cores([ValueSource(nameof(SimtSpecs))] KernelSpec spec)
    {
        foreach (int n in new[] { 1, 59 })
            foreach (int k in new[] { 1, 59, 520, 1025 })
                Compare("gemv_simt", spec, false, true, 1, n, k, batch: 2, epilogue: Type(spec)[0] == 'f');
    }

    [Test]
    public void A_sum_of_nothing_is_zero_without_tensor_cores([ValueSource(nameof(SimtSpecs))] KernelSpec spec) =>
        Compare("gemm_simt", spec, false, false, 5, 7, 0, epilogue: false);

    [Test]
    public void Integer_products_wrap()
    {
        using var bench = new KernelBench();
        var c = bench.Output("i32", 1);
        Launch(bench, "gemm_simt", GemmKernels.SimtSpec("i32", large: false), 1, 1, new Arguments { A = bench.Upload([int.MaxValue, 3]), B = bench.Upload([int.MaxValue, 5]), C = c, M = 1, N = 1, K = 2, LdA = 2, LdB = 1, LdC = 1, Splits = 1, Alpha = 1 });
        Assert.That(bench.Device.Download<int>(c, 1)[0], Is.EqualTo(16));
    }

    [Test]
    public void Products_on_tensor_cores_have_no_bank_conflicts_and_move_whole_sectors(
        [ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values] bool ta, [Values] bool tb)
    {
        var counters = Compare("gemm_mma", GemmKernels.Spec(type, ta, tb, true), ta, tb, 128, 128, 128, epilogue: false).Counters;
        Check(counters, type);
        Assert.That(counters.Profile().Where(line => line.Instruction.Contains("cp.async.cg", StringComparison.Ordinal)), Is.Not.Empty);
        Assert.That(type == "f32" ? counters.TensorTf32Flops : counters.TensorHalfFlops, Is.EqualTo(2L * 128 * 128 * 128));
        Assert.That(counters.Float32Flops, Is.LessThanOrEqualTo(0.02 * counters.Flops));
    }

    [Test]
    public void Products_without_tensor_cores_have_no_bank_conflicts_and_move_whole_sectors([Values] bool ta, [Values] bool tb)
    {
        var counters = Compare("gemm_simt", GemmKernels.SimtSpec("f32", large: true), ta, tb, 128, 128, 128, epilogue: false).Counters;
        Check(counters, "f32");
        Assert.That(counters.Float32Flops, Is.EqualTo(2L * 128 * 128 * 128));
        var wide = counters.Profile().Where(line => line.Sectors > 0).Select(line => line.Instruction);
        Assert.That(wide, Is.All.Contains(".v4.").Or.All.Contains("ld.param"), "16 bytes a thread");
    }

    [Test]
    public void Doubles_have_no_bank_conflicts_and_move_whole_sectors([Values] bool ta, [Values] bool tb)
    {
        var counters = Compare("gemm_simt", GemmKernels.SimtSpec("f64", large: true), ta, tb, 64, 64, 64, epilogue: false).Counters;
        Assert.That(counters.SharedBankConflicts, Is.Zero);
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(counters.Float64Flops, Is.EqualTo(2L * 64 * 64 * 64));
    }

    [Test]
    public void A_product_of_one_row_reads_its_matrix_once([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type)
    {
        int n = 64, k = 1024, size = KernelBench.SizeOf(type);
        var counters = Compare("gemv", GemmKernels.Spec(type, false, true, true), false, true, 1, n, k, epilogue: false).Counters;
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        // Each warp reads the row, too, which the caches hold.
        Assert.That(counters.GlobalBytesRead, Is.EqualTo(2L * n * k * size));
    }

    private static IEnumerable<KernelSpec> SimtSpecs => GemmKernels.SimtFamily.Ahead;

    private static void Check(LaunchCounters counters, string type)
    {
        Assert.That(counters.SharedBankConflicts, Is.Zero);
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(counters.GlobalBytesRead, Is.LessThanOrEqualTo(2L * 128 * 128 * KernelBench.SizeOf(type) * 1.05));
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo(128L * 128 * KernelBench.SizeOf(type)));
    }

    private static string Type(KernelSpec spec) => spec.DefineList[0]["T=".Length..].Replace('u', 'i');

    private static LaunchResult Launch(KernelBench bench, string entry, KernelSpec spec, int batch, int splits, Arguments arguments)
    {
        var product = GemmKernels.Product(entry, spec, arguments.M, arguments.N, batch, splits);
        var result = Run(product);
        if (splits > 1) Run(GemmKernels.Join(spec, arguments.M, arguments.N, batch));
        return result;

        LaunchResult Run(KernelLaunch launch) =>
            bench.Run(launch.Spec, launch.Entry, new Dim3(launch.Grid.X, launch.Grid.Y, launch.Grid.Z), new Dim3(launch.Block.X), KernelArgument.Structure(arguments));
    }

    private static LaunchResult Compare(string entry, KernelSpec spec, bool ta, bool tb, int m, int n, int k, int batch = 1, int splits = 1, bool epilogue = true, bool exchanged = false)
    {
        string type = Type(spec);
        bool integer = type[0] == 'i', isDouble = type == "f64";
        // Another one for each shape and orientation.
        int activation = epilogue && !isDouble ? (m + n + k + (ta ? 2 : 0) + (tb ? 1 : 0)) % 7 : 0;
        using var bench = new KernelBench();
        double[] Values(int count, int seed) => integer ? [.. KernelBench.Random("f32", count, seed, 100).Select(v => Math.Round(v))] : KernelBench.Random(type, count, seed);
        double[] a = Values(batch * m * k, 1), b = Values(batch * k * n, 2), bias = Values(batch * m * n, 3), residual = Values(batch * m * n, 4);
        var c = bench.Output(type, (long)batch * m * n);
        float alpha = epilogue ? 0.5f : 1, beta = 2;
        bool biased = epilogue && !isDouble;
        var arguments = new Arguments
        {
            A = bench.Upload(type, a.Length > 0 ? a : [0]),
            B = bench.Upload(type, b.Length > 0 ? b : [0]),
            C = c,
            Bias = biased ? bench.Upload(type, bias) : default,
            Residual = epilogue ? bench.Upload(type, residual) : default,
            Partial = splits > 1 ? bench.Output(spec.Source == "gemm" ? "f32" : type, (long)batch * splits * m * n) : default,
            M = m,
            N = n,
            K = k,
            LdA = ta ? m : k,
            LdB = tb ? k : n,
            LdC = n,
            StrideA = m * k,
            StrideB = k * n,
            StrideC = m * n,
            Splits = splits,
            Activation = activation,
            Alpha = alpha,
            Beta = beta,
            TransposeA = ta ? 1 : 0,
            TransposeB = tb ? 1 : 0,
            BiasIsMatrix = exchanged ? 1 : 0,
            ResidualIsRow = exchanged ? 1 : 0,
        };
        var result = Launch(bench, entry, spec, batch, splits, arguments);

        var expected = new double[batch * m * n];
        var tolerance = new double[batch * m * n];
        // Products of tf32 lose 2⁻¹¹ in each factor, the others are exact; sums of k terms lose k units of the sum of their
        // magnitudes; activations have a slope below 1.2 and lose a few units of f32; the result is rounded to its type.
        double unit = integer ? 0 : KernelBench.Unit(isDouble ? "f64" : "f32"), products = (entry == "gemm_mma" && type == "f32" ? 2 * Math.Pow(2, -11) : 0) + ((k + 4) * unit);
        for (int z = 0; z < batch; z++)
            for (int i = 0; i < m; i++)
                for (int j = 0; j < n; j++)
                {
                    double sum = 0, magnitude = 0;
                    for (int x = 0; x < k; x++)
                    {
                        double term = a[(z * m * k) + (ta ? (x * m) + i : (i * k) + x)] * b[(z * k * n) + (tb ? (j * k) + x : (x * n) + j)];
                        sum += term;
                        magnitude += Math.Abs(term);
                    }

                    int at = (z * m * n) + (i * n) + j;
                    double value = Activate(activation, (alpha * sum) + (biased ? bias[exchanged ? at : j] : 0));
                    double total = value + (epilogue ? beta * residual[exchanged ? j : at] : 0);
                    expected[at] = total;
                    tolerance[at] = (1.2 * alpha * magnitude * products) + ((Math.Abs(value) + Math.Abs(total) + 1) * 6 * unit) + (integer ? 0.5 : Math.Abs(total) * KernelBench.Unit(type));
                }

        KernelBench.Close(bench.Download(type, c, expected.Length), expected, i => tolerance[i], $"{entry} {spec} {m}x{n}x{k}, {batch} of them in {splits} parts, activation {activation}");
        return result;
    }

    internal static double Activate(int kind, double v) => kind switch
    {
        1 => Math.Max(v, 0),
        2 => 0.5 * v * (1 + Erf(v / Math.Sqrt(2))),
        3 => 0.5 * v * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (v + (0.044715 * v * v * v)))),
        4 => v / (1 + Math.Exp(-v)),
        5 => Math.Tanh(v),
        6 => 1 / (1 + Math.Exp(-v)),
        _ => v,
    };

    // The series, whose terms stay below e^(x²): exact enough up to |x| = 5, beyond which erf is 1 in f32.
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 5) return Math.Sign(x);
        double term = x, sum = x;
        for (int i = 1; i < 200; i++)
        {
            term *= -x * x / i;
            sum += term / ((2 * i) + 1);
        }

        return sum * 2 / Math.Sqrt(Math.PI);
    }

    // As GemmArguments, with pointers of the virtual device.
    [StructLayout(LayoutKind.Sequential)]
    private struct Arguments
    {
        public DevicePointer A, B, C, Bias, Residual, Partial;
        public int M, N, K, LdA, LdB, LdC;
        public long StrideA, StrideB, StrideC;
        public int Splits, Activation;
        public float Alpha, Beta;
        public int TransposeA, TransposeB, BiasIsMatrix, ResidualIsRow;
    }
}
