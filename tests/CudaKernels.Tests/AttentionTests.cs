using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Attention forward, every type, head size and option, against loops in f64.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class AttentionTests
{
    private static IEnumerable<TestCaseData> Specialisations => from type in KernelTypes.Floats from size in AttentionKernels.HeadSizes select new TestCaseData(type, size);

    [TestCaseSource(nameof(Specialisations))]
    public void Attention_matches_f64_for_odd_lengths(string type, int size)
    {
        foreach (var problem in AttentionProblem.OddLengths(type, size)) Compare(problem);
    }

    [TestCaseSource(nameof(Specialisations))]
    public void Masks_bias_groups_and_packed_sequences_match_f64(string type, int size)
    {
        foreach (var problem in AttentionProblem.Masked(type, size)) Compare(problem);
    }

    [TestCaseSource(nameof(Specialisations))]
    public void Hidden_blocks_and_dropped_weights_match_f64(string type, int size)
    {
        foreach (var problem in AttentionProblem.OfGates(type, size)) Compare(problem);
    }

    [Test]
    public void The_wide_result_is_that_before_rounding([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type)
    {
        foreach (var problem in new AttentionProblem[] { new(type, 67, 35, 56) { Heads = 2, Batch = 2 }, new(type, 60, 41, 64) { Batch = 3, Heads = 2, StartsQ = [0, 5, 65, 90], StartsK = [0, 33, 33, 70], Right = 0 } })
        {
            using var bench = new KernelBench();
            DevicePointer wide = bench.Output("f32", problem.CountQ), lse = bench.Output("f32", problem.CountLse);
            var arguments = problem.Arguments(bench);
            arguments.Wide = AttentionProblem.Pointer(wide);
            arguments.LogSumExp = AttentionProblem.Pointer(lse);
            Run(bench, problem, arguments);
            var expected = problem.Reference();
            KernelBench.Close(bench.Download("f32", wide, problem.CountQ), expected.O, i => expected.OTolerance[i] - (KernelBench.Unit(type) * Math.Abs(expected.O[i])) + 1e-7, problem.ToString());
        }
    }

    [Test]
    public void Starts_that_are_out_of_order_are_reported_and_nothing_is_touched_outside([Values("1,5,9", "0,12,9", "0,5,8", "0,-3,9", "0,99,9")] string starts)
    {
        using var bench = new KernelBench();
        var problem = new AttentionProblem("f32", 9, 9, 32) { Batch = 2, StartsQ = [0, 5, 9], StartsK = [0, 5, 9] };
        var arguments = problem.Arguments(bench);
        DevicePointer record = bench.Upload([0L, 0, 0]);
        arguments.StartsQ = AttentionProblem.Pointer(bench.Upload([.. starts.Split(',').Select(int.Parse)]));
        arguments.O = AttentionProblem.Pointer(bench.Output("f32", problem.CountQ));
        arguments.Error = AttentionProblem.Pointer(record);
        arguments.Token = 7;
        Run(bench, problem, arguments);
        Assert.That(bench.Device.Download<long>(record, 1)[0], Is.EqualTo(7));
    }

    [Test]
    public void Hidden_tiles_are_skipped()
    {
        const int Length = 256;
        var (rows, columns, _) = AttentionKernels.Tiles("bf16", 64, gated: true);
        var problem = new AttentionProblem("bf16", Length, Length, 64) { BlockSize = 64 };
        byte[] blocks = problem.Blocks;
        long tiles = 0;
        for (int q = 0; q < Length; q += rows)
            for (int k = 0; k < Length; k += columns) tiles += blocks[(q / 64 * 4) + (k / 64)];
        Assert.That(tiles, Is.InRange(1, Length / rows * (Length / columns) - 1));
        Assert.That(Compare(problem).Result.Counters.TensorHalfFlops, Is.EqualTo(tiles * 4L * rows * columns * 64));
    }

    [Test]
    public void Every_position_of_a_window_matches_f64([Values(0, 1, 31, 64, -1)] int left, [Values(0, 2, 40, -1)] int right)
    {
        Compare(new("f16", 150, 150, 32) { Left = left, Right = right });
        Compare(new("f16", 40, 150, 32) { Left = left, Right = right });
        Compare(new("f32", 90, 50, 32) { Left = left, Right = right });
    }

    [Test]
    public void A_bias_is_broadcast_over_any_axes([Values("", "b", "h", "q", "bh", "bhq")] string axes, [Values("f32", "bf16")] string type) =>
        Compare(new(type, 21, 45, 32) { Batch = 2, Heads = 2, Bias = axes });

    [Test]
    public void Rotation_inside_the_kernel_matches_f64([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values] bool interleaved, [Values(64, 128)] int size)
    {
        if (type == "f32" && size != 64) return;
        Compare(new(type, 45, 83, size) { Right = 0, Rotary = size, Interleaved = interleaved, Heads = 2 });
        Compare(new(type, 70, 66, size) { Rotary = 32, Interleaved = interleaved, Batch = 2, StartsQ = [0, 60, 70], StartsK = [0, 66, 76] });
    }

    [Test]
    public void Products_in_tf32_match_f64() => Compare(new("f32", 70, 81, 64) { Tf32 = true, Right = 0 });

    [Test]
    public void Queries_that_see_no_key_are_zero([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type)
    {
        // The ends are aligned: the first 30 of 50 queries lie before the first of 20 keys.
        var (o, lse, _) = Compare(new(type, 50, 20, 32) { Right = 0 });
        Assert.That(o[..(30 * 32)], Is.All.Zero);
        Assert.That(lse[..30], Is.All.EqualTo(double.NegativeInfinity));
        // No keys at all, and a window that lies behind the sequence.
        Compare(new(type, 3, 1, 32) { Batch = 2, StartsQ = [0, 2, 3], StartsK = [0, 0, 1] });
        Compare(new(type, 9, 4, 32) { Left = 0, Right = 1 });
    }

    [Test]
    public void Minus_infinity_in_the_bias_hides_keys_and_NaN_spoils_only_its_row()
    {
        using var bench = new KernelBench();
        var problem = new AttentionProblem("f32", 3, 5, 32) { Bias = "q" };
        double[] bias = new double[15];
        Array.Fill(bias, double.NegativeInfinity, 0, 5);
        bias[7] = double.NaN;
        Array.Fill(bias, double.NegativeInfinity, 10, 4);
        var o = bench.Output("f32", 96);
        var arguments = problem.Arguments(bench);
        arguments.Bias = AttentionProblem.Pointer(bench.Upload("f32", bias));
        arguments.O = AttentionProblem.Pointer(o);
        Run(bench, problem, arguments);
        double[] actual = bench.Download("f32", o, 96);
        Assert.That(actual[..32], Is.All.Zero, "all keys hidden");
        Assert.That(actual[32..64], Is.All.NaN);
        KernelBench.Close(actual[64..], problem.V[(4 * 32)..], _ => 1e-6, "one key is seen");
    }

    [Test]
    public void Large_scores_neither_overflow_nor_lose_the_maximum()
    {
        // Scores of ±1000 and a negative scale; the weights are exact there, so the plain tolerance holds.
        Compare(new("f32", 20, 40, 32) { Scale = 300 });
        Compare(new("bf16", 20, 140, 32) { Scale = -20 });
    }

    [Test]
    public void Whole_tiles_have_no_bank_conflicts_read_whole_sectors_and_multiply_no_more_than_they_must([Values("f32", "bf16")] string type, [Values(32, 64, 128, 256)] int size)
    {
        const int Length = 128;
        var problem = new AttentionProblem(type, Length, Length, size);
        var counters = Compare(problem).Result.Counters;
        var profile = counters.Profile();
        foreach (string load in new[] { "ldmatrix", "ld.shared", "cp.async.cg" })
            Assert.That(profile.Where(line => line.Instruction.Contains(load, StringComparison.Ordinal)).Sum(line => line.BankConflicts), Is.Zero, load);
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(profile.Where(line => line.Instruction.StartsWith("st.global.v4", StringComparison.Ordinal)).Sum(line => line.Threads * 16), Is.EqualTo(Length * size * KernelBench.SizeOf(type)), "the result leaves in 128-bit stores");
        // 4·S·L·D; three products stand for one of f32.
        Assert.That(type == "f32" ? counters.TensorTf32Flops / 3 : counters.TensorHalfFlops, Is.EqualTo(4L * Length * Length * size));
        int rows = AttentionKernels.Tiles(type, size).Rows, bytes = KernelBench.SizeOf(type);
        Assert.That(counters.GlobalBytesRead, Is.EqualTo((long)Length * size * bytes * (1 + (2 * (Length / rows)))), "queries once, keys and values once a block");
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo(Length * ((size * bytes) + 4)));
        Assert.That(counters.LocalBytesRead + counters.LocalBytesWritten, Is.Zero);
    }

    [Test]
    public void Tiles_out_of_sight_are_skipped()
    {
        const int Length = 256;
        var (rows, columns, _) = AttentionKernels.Tiles("bf16", 64);
        long tiles = 0, window = 0;
        for (int q = 0; q < Length; q += rows)
            for (int k = 0; k < Length; k += columns)
            {
                if (k <= q + rows - 1) tiles++;
                if (k <= q + rows - 1 && k + columns - 1 >= q - 40) window++;
            }

        long tile = 4L * rows * columns * 64;
        Assert.That(Compare(new("bf16", Length, Length, 64) { Right = 0 }).Result.Counters.TensorHalfFlops, Is.EqualTo(tiles * tile));
        Assert.That(Compare(new("bf16", Length, Length, 64) { Right = 0, Left = 40 }).Result.Counters.TensorHalfFlops, Is.EqualTo(window * tile));
    }

    [Test]
    public void Shared_memory_fits_the_smallest_card_and_allows_two_blocks_on_the_large_ones()
    {
        foreach (string type in KernelTypes.Floats)
            foreach (int size in AttentionKernels.HeadSizes)
            {
                int shared = AttentionKernels.Forward(AttentionKernels.Spec(type, size), type, size, 1, 1, 1).SharedBytes;
                Assert.That(shared, Is.LessThanOrEqualTo(GpuCard.Rtx4090.SharedPerBlock), $"{type} {size}");
                // 255 registers allow two blocks of 128 threads.
                Assert.That(Occupancy.Of(GpuCard.H100, 128, 255, shared).BlocksPerMultiprocessor, Is.EqualTo(2), $"{type} {size}");
            }
    }

    private static (double[] O, double[] Lse, LaunchResult Result) Compare(AttentionProblem problem)
    {
        using var bench = new KernelBench();
        DevicePointer o = bench.Output(problem.Type, problem.CountQ), lse = bench.Output("f32", problem.CountLse);
        var arguments = problem.Arguments(bench);
        arguments.O = AttentionProblem.Pointer(o);
        arguments.LogSumExp = AttentionProblem.Pointer(lse);
        var result = Run(bench, problem, arguments);
        var expected = problem.Reference();
        double[] actual = bench.Download(problem.Type, o, problem.CountQ), sums = bench.Download("f32", lse, problem.CountLse);
        KernelBench.Close(actual, expected.O, i => expected.OTolerance[i], problem.ToString());
        KernelBench.Close(sums, expected.Lse, i => expected.LseTolerance[i], $"logarithms of {problem}");
        return (actual, sums, result);
    }

    private static LaunchResult Run(KernelBench bench, AttentionProblem problem, AttentionArguments arguments)
    {
        int size = AttentionKernels.HeadSize(problem.Depth);
        return bench.Run(AttentionKernels.Forward(AttentionKernels.Spec(problem.Type, size, problem.Rotary > 0, problem.Tf32, problem.Gated), problem.Type, size, problem.RowsQ, problem.Heads, problem.Batch, problem.Packed, problem.Gated), KernelArgument.Structure(arguments));
    }
}
