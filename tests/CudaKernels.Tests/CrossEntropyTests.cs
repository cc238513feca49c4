using CudaNet.Cuda.Driver;
using CudaNet.VirtualGpu;
using KernelArgument = CudaNet.VirtualGpu.KernelArgument;

namespace CudaNet.Tests;

/// <summary>Cross entropy against f64, forward and backward.</summary>
public sealed class CrossEntropyTests
{
    private const double F32 = 5.9604644775390625e-8;

    [Test]
    public void Losses_and_gradients_match_f64([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values(0, 0.25)] double smoothing, [Values] bool weighted)
    {
        foreach (int n in new[] { 1, 10, 59, 129, 1025, 2048 })
            foreach (var (ignore, width) in new (long?, int)[] { (null, 8), (n / 2, 4), (0, 1) })
            {
                using var bench = new KernelBench();
                const int Rows = 5;
                int[] targets = [0, n - 1, n / 2, n / 3, n - 1];
                if (width == 1) targets = Array.ConvertAll(targets, t => Math.Min(t, 255));
                double[] x = KernelBench.Random(type, Rows * n, 1, 6), w = Array.ConvertAll(KernelBench.Random(type, n, 2), Math.Abs), g = KernelBench.Random(type, Rows, 3);
                DevicePointer loss = bench.Output(type, Rows), dx = bench.Output(type, Rows * n);
                var arguments = new CrossEntropyArguments
                {
                    Logits = Pointer(bench.Upload(type, x)),
                    // Only each second one is a target.
                    Targets = Pointer(Targets(bench, [.. targets.SelectMany(t => new[] { t, -1 })], width)),
                    Weights = weighted ? Pointer(bench.Upload(type, w)) : default,
                    Upstream = Pointer(bench.Upload(type, [.. g.SelectMany(v => new[] { v, 77.0 })])),
                    N = n,
                    TargetBytes = width,
                    TargetStride = 2,
                    UpstreamStride = 2,
                    Ignore = ignore ?? 0,
                    Ignores = ignore is null ? 0 : 1,
                    Smoothing = (float)smoothing,
                };
                Run(bench, "cross_entropy_forward", type, Rows, n, arguments with { Result = Pointer(loss) });
                Run(bench, "cross_entropy_backward", type, Rows, n, arguments with { Result = Pointer(dx) });

                double[] losses = new double[Rows], gradient = new double[Rows * n], size = new double[Rows];
                for (int r = 0; r < Rows; r++)
                {
                    if (targets[r] == ignore) continue;
                    double[] row = x[(r * n)..((r + 1) * n)];
                    double max = row.Max(), log = Math.Log(row.Sum(v => Math.Exp(v - max))), weight = weighted ? w[targets[r]] : 1, total = weighted ? w.Sum() : n;
                    for (int i = 0; i < n; i++)
                    {
                        double minusLog = log - (row[i] - max), p = Math.Exp(-minusLog), own = weighted ? w[i] : 1;
                        if (i == targets[r]) losses[r] += (1 - smoothing) * weight * minusLog;
                        losses[r] += smoothing / n * own * minusLog;
                        gradient[(r * n) + i] = g[r] * (((1 - smoothing) * weight * (p - (i == targets[r] ? 1 : 0))) + (smoothing / n * ((p * total) - own)));
                    }
                }

                // Sums of n terms and a few units of each exponential and logarithm; −ln p is at most 12 + ln n < 20.
                double sums = (n + 40) * F32, unit = KernelBench.Unit(type);
                KernelBench.Close(bench.Download(type, loss, Rows), losses, r => sums * (1 + Math.Abs(losses[r])) + (unit * Math.Abs(losses[r])), $"loss of {type} {n}");
                KernelBench.Close(bench.Download(type, dx, Rows * n), gradient, i => (3 * sums) + (unit * Math.Abs(gradient[i])) + (type == "f16" ? Math.Pow(2, -25) : 0), $"gradient of {type} {n}");
            }
    }

    [Test]
    public void A_class_out_of_range_is_reported_once_and_its_row_left_out([Values("cross_entropy_forward", "cross_entropy_backward")] string entry, [Values(-1, 5, -100)] int bad)
    {
        using var bench = new KernelBench();
        const int Rows = 4, N = 5;
        bool forward = entry == "cross_entropy_forward";
        var (error, result) = (bench.Upload(new long[3]), bench.Output("f32", forward ? Rows : Rows * N));
        Run(bench, entry, "f32", Rows, N, new()
        {
            Logits = Pointer(bench.Upload("f32", KernelBench.Random("f32", Rows * N, 1))),
            Targets = Pointer(bench.Upload(new long[] { 1, 2, bad, 0 })),
            Upstream = Pointer(bench.Upload("f32", [1, 1, 1, 1])),
            Result = Pointer(result),
            Error = Pointer(error),
            Token = 7,
            N = N,
            TargetBytes = 8,
            TargetStride = 1,
            UpstreamStride = 1,
        });
        Assert.That(bench.Device.Download<long>(error, 3), Is.EqualTo(new long[] { 7, bad, 2 }));
        double[] values = bench.Download("f32", result, forward ? Rows : Rows * N);
        var row = forward ? values[2..3] : values[(2 * N)..(3 * N)];
        Assert.That(row, Is.All.Zero);
        Assert.That(values.Count(v => v != 0), Is.EqualTo(values.Length - row.Length));
    }

    [Test]
    public void Rows_are_read_in_whole_sectors_and_the_gradient_written_once()
    {
        using var bench = new KernelBench();
        const int Rows = 4, N = 2048;
        var dx = bench.Output("bf16", Rows * N);
        var counters = Run(bench, "cross_entropy_backward", "bf16", Rows, N, new()
        {
            Logits = Pointer(bench.Upload("bf16", KernelBench.Random("bf16", Rows * N, 1))),
            Targets = Pointer(bench.Upload(new long[Rows])),
            Upstream = Pointer(bench.Upload("bf16", KernelBench.Random("bf16", Rows, 2))),
            Result = Pointer(dx),
            N = N,
            TargetBytes = 8,
            TargetStride = 1,
            UpstreamStride = 1,
        }).Counters;
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo(Rows * N * 2));
        Assert.That(counters.SharedBankConflicts, Is.Zero);
    }

    private static CudaDevicePointer Pointer(DevicePointer pointer) => new((nint)pointer.Address);

    private static DevicePointer Targets(KernelBench bench, int[] targets, int width) => width switch
    {
        8 => bench.Upload(Array.ConvertAll(targets, t => (long)t)),
        4 => bench.Upload(targets),
        _ => bench.Upload(Array.ConvertAll(targets, t => unchecked((byte)t))),
    };

    private static LaunchResult Run(KernelBench bench, string entry, string type, int rows, int n, CrossEntropyArguments arguments)
    {
        var launch = CrossEntropyKernels.Rows(entry, type, rows, n);
        return bench.Run(launch.Spec, launch.Entry, launch.Grid.X, launch.Block.X, KernelArgument.Structure(arguments));
    }
}
