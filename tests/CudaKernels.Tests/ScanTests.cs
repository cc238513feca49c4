using CudaNet.VirtualGpu;
using static CudaNet.Tests.SegmentTests;

namespace CudaNet.Tests;

/// <summary>Running sums, recurrences and places of extremes against plain loops.</summary>
public sealed class ScanTests
{
    private static readonly (int Outer, int N, int Inner)[] Shapes = [(1, 1, 1), (2, 7, 3), (3, 33, 1), (1, 600, 2), (2, 1000, 1)];

    private static IEnumerable<TestCaseData> Cases => from op in ScanKernels.Types from type in op.Value from reverse in new[] { false, true } select new TestCaseData(op.Key, type, reverse);

    [TestCaseSource(nameof(Cases))]
    public void Columns_rows_and_parts_of_rows_agree_with_a_loop(ScanOp op, string type, bool reverse)
    {
        foreach (var (outer, n, inner) in Shapes)
        {
            // Best has no reverse: its cases there ask for the least.
            bool backwards = reverse && op != ScanOp.Best, flip = reverse && op == ScanOp.Best;
            double[] x = op == ScanOp.Best ? SortTests.Mixed(type, outer * n * inner) : op == ScanOp.Decay ? KernelBench.Random(type == "f64" ? "f32" : type, outer * n * inner, 9) : Values(type, outer * n * inner);
            double[] b = op == ScanOp.Decay ? Values(type, x.Length) : [0], expected = new double[x.Length], error = new double[x.Length];
            string result = op == ScanOp.Best ? "i64" : type;
            double unit = Math.Pow(2, type is "f16" or "bf16" ? -24 : -53);
            for (int o = 0; o < outer; o++)
                for (int j = 0; j < inner; j++)
                {
                    double state = 0, magnitude = 0;
                    int best = 0;
                    for (int k = 0; k < n; k++)
                    {
                        int At(int i) => (((o * n) + i) * inner) + j;
                        int at = At(backwards ? n - 1 - k : k);
                        if (op == ScanOp.Best)
                        {
                            double now = x[At(best)], next = x[at];
                            if (!double.IsNaN(now) && (double.IsNaN(next) || (flip ? next < now : next > now))) best = k;
                            expected[at] = best;
                            continue;
                        }
                        (state, magnitude) = op == ScanOp.Sum ? (state + x[at], magnitude + Math.Abs(x[at])) : ((x[at] * state) + b[at], (Math.Abs(x[at]) * magnitude) + Math.Abs(b[at]));
                        expected[at] = state;
                        // Any order of the operations: three roundings a step of the sum of magnitudes, and one to the type.
                        error[at] = (3 * unit * (k + 2) * magnitude) + (type is "f64" or "i32" or "i64" ? 0 : KernelBench.Unit(type) * Math.Abs(state)) + (type == "f16" ? Math.Pow(2, -25) : 1e-300);
                    }
                }

            foreach (int parts in inner == 1 ? new[] { 0, 1, 3 } : [0])
            {
                using var bench = new KernelBench();
                DevicePointer source = Upload(bench, type, x), second = op == ScanOp.Decay ? Upload(bench, type, b) : DevicePointer.Null, y = bench.Output(result, x.Length), carries = DevicePointer.Null;
                int length = parts == 0 ? 0 : (n + parts - 1) / parts;
                if (parts == 0) bench.Run(ScanKernels.Columns(op, type, outer, n, inner, backwards, flip), source, second, y);
                else
                {
                    if (parts > 1)
                    {
                        carries = bench.Output("u8", outer * parts * ScanKernels.StateBytes(op, type));
                        bench.Run(ScanKernels.Totals(op, type, outer, n, parts, length, backwards, flip), source, second, carries);
                        bench.Run(ScanKernels.Carries(op, type, outer, parts), carries);
                    }
                    bench.Run(ScanKernels.Rows(op, type, outer, n, parts, length, backwards, flip), source, second, y, carries);
                }
                double[] actual = Download(bench, result, y, x.Length);
                if (op == ScanOp.Best || type is "i32" or "i64") Assert.That(actual, Is.EqualTo(expected), $"{op} {type} {outer}x{n}x{inner} in {parts}");
                else KernelBench.Close(actual, expected, i => error[i], $"{op} {type} {outer}x{n}x{inner} in {parts}");
            }
        }
    }

    [Test]
    public void Rows_are_read_and_written_once_in_whole_sectors()
    {
        using var bench = new KernelBench();
        const int N = 4096;
        var y = bench.Output("f32", N);
        var counters = bench.Run(ScanKernels.Rows(ScanOp.Sum, "f32", 1, N, 1, N, true, false), Upload(bench, "f32", Values("f32", N)), DevicePointer.Null, y, DevicePointer.Null).Counters;
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(counters.GlobalBytesRead, Is.EqualTo(N * 4));
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo(N * 4));
        Assert.That(counters.SharedBankConflicts, Is.Zero);
    }

    [Test]
    public void Long_rows_are_cut_only_where_rows_are_few()
    {
        Assert.That(ScanKernels.PartsOf(1, 8000).Parts, Is.EqualTo(1));
        Assert.That(ScanKernels.PartsOf(1000, 1 << 20).Parts, Is.EqualTo(1));
        Assert.That(ScanKernels.PartsOf(1, 100_001), Is.EqualTo((25, 4096)));
    }
}
