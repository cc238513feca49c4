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

    [TestCaseSource(nameof(Cases))]
    public void Tensor_core_product_matches_f64(string type, bool ta, bool tb, bool aligned)
    {
        foreach (var (m, n, k) in aligned ? Eights : Odd) Compare("gemm_mma", type, ta, tb, aligned, m, n, k, 1, 1, epilogue: !aligned);
    }

    [TestCaseSource(nameof(Cases))]
    public void Plain_product_matches_f64(string type, bool ta, bool tb, bool aligned)
    {
        if (aligned) return;
        foreach (var (m, n, k) in Odd) Compare("gemm_simt", type, ta, tb, aligned, m, n, k, 1, 1, epilogue: true);
    }

    [Test]
    public void Batches_and_split_sums_match_f64([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values("gemm_mma", "gemm_simt")] string entry)
    {
        Compare(entry, type, false, true, aligned: false, 33, 50, 200, batch: 3, splits: 1, epilogue: true);
        Compare(entry, type, true, false, aligned: false, 33, 50, 200, batch: 2, splits: 3, epilogue: true);
        // More parts than steps: the last ones are zero.
        Compare(entry, type, false, false, aligned: false, 20, 20, 20, batch: 1, splits: 4, epilogue: true);
    }

    [Test]
    public void Product_of_one_row_matches_f64([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values] bool aligned)
    {
        foreach (int n in new[] { 1, 59, 97 })
            foreach (int k in aligned ? [8, 520, 1032] : new[] { 1, 59, 1025 })
                Compare("gemv", type, false, true, aligned, 1, n, k, batch: 2, splits: 1, epilogue: true);
    }

    [Test]
    public void Main_loop_of_the_tensor_core_product_has_no_bank_conflicts_and_loads_whole_sectors(
        [ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values] bool ta, [Values] bool tb)
    {
        var counters = Compare("gemm_mma", type, ta, tb, aligned: true, 128, 128, 128, 1, 1, epilogue: false).Counters;
        Assert.That(counters.SharedBankConflicts, Is.Zero);
        var loads = counters.Profile().Where(line => line.Instruction.Contains("cp.async.cg", StringComparison.Ordinal)).ToArray();
        Assert.That(loads, Is.Not.Empty);
        Assert.That(loads.Sum(line => line.IdealSectors), Is.GreaterThanOrEqualTo(0.95 * loads.Sum(line => line.Sectors)));
        // Stores of the 16-bit types fill half sectors: four lanes hold a row of eight columns.
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(type == "f32" ? 95 : 75));
        Assert.That(type == "f32" ? counters.TensorTf32Flops : counters.TensorHalfFlops, Is.EqualTo(2L * 128 * 128 * 128));
        Assert.That(counters.GlobalBytesRead, Is.LessThanOrEqualTo(2L * 128 * 128 * KernelBench.SizeOf(type) * 1.05));
    }

    private static LaunchResult Compare(string entry, string type, bool ta, bool tb, bool aligned, int m, int n, int k, int batch, int splits, bool epilogue)
    {
        var spec = GemmKernels.Spec(type, ta, tb, aligned);
        int activation = aligned ? 0 : GemmKernels.Activation(type, ta, tb);
        using var bench = new KernelBench();
        double[] a = KernelBench.Random(type, batch * m * k, 1), b = KernelBench.Random(type, batch * k * n, 2);
        double[] bias = KernelBench.Random(type, n, 3), residual = KernelBench.Random(type, batch * m * n, 4);
        var c = bench.Output(type, (long)batch * m * n);
        const float Alpha = 0.5f, Beta = 2;
        var arguments = new Arguments
        {
            A = bench.Upload(type, a),
            B = bench.Upload(type, b),
            C = c,
            Bias = epilogue ? bench.Upload(type, bias) : default,
            Residual = epilogue ? bench.Upload(type, residual) : default,
            Partial = splits > 1 ? bench.Output("f32", (long)batch * splits * m * n) : default,
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
            Alpha = Alpha,
            Beta = Beta,
        };
        int tileM = entry == "gemm_mma" && aligned ? 128 : 64, tileN = tileM;
        Dim3 grid = entry == "gemv" ? new Dim3((n + 7) / 8, batch) : new Dim3((n + tileN - 1) / tileN, (m + tileM - 1) / tileM, batch * splits);
        var result = bench.Run(spec, entry, grid, entry == "gemm_mma" ? 128 : 256, KernelArgument.Structure(arguments));
        if (splits > 1) bench.Run(spec, "gemm_join", new Dim3(((m * n) + 255) / 256, batch), 256, KernelArgument.Structure(arguments));

        var expected = new double[batch * m * n];
        var tolerance = new double[batch * m * n];
        // Products of tf32 lose 2⁻¹¹ in each factor, the others are exact; sums of k terms lose k·2⁻²⁴ of the sum of their
        // magnitudes; activations have a slope below 1.2 and lose a few units of f32; the result is rounded to its type.
        double products = (entry == "gemm_mma" && type == "f32" ? 2 * Math.Pow(2, -11) : 0) + ((k + 4) * Math.Pow(2, -24));
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
                    double value = Activate(activation, (Alpha * sum) + (epilogue ? bias[j] : 0));
                    double total = value + (epilogue ? Beta * residual[at] : 0);
                    expected[at] = total;
                    tolerance[at] = (1.2 * Alpha * magnitude * products) + ((Math.Abs(value) + Math.Abs(total) + 1) * 6 * Math.Pow(2, -24)) + (Math.Abs(total) * KernelBench.Unit(type));
                }

        KernelBench.Close(bench.Download(type, c, expected.Length), expected, i => tolerance[i], $"{entry} {spec} {m}x{n}x{k}, {batch} of them in {splits} parts");
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

    [StructLayout(LayoutKind.Sequential)]
    private struct Arguments
    {
        public DevicePointer A, B, C, Bias, Residual, Partial;
        public int M, N, K, LdA, LdB, LdC;
        public long StrideA, StrideB, StrideC;
        public int Splits;
        public float Alpha, Beta;
    }
}
