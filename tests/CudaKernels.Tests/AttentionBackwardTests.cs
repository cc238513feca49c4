using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Gradients of attention, every type, head size and option, against loops in f64.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class AttentionBackwardTests
{
    private static IEnumerable<TestCaseData> Specialisations => from type in KernelTypes.Floats from size in AttentionBackwardKernels.HeadSizes(type) select new TestCaseData(type, size);

    [TestCaseSource(nameof(Specialisations))]
    public void Gradients_match_f64_for_odd_lengths(string type, int size)
    {
        foreach (var problem in AttentionProblem.OddLengths(type, size)) Compare(problem);
    }

    [TestCaseSource(nameof(Specialisations))]
    public void Gradients_under_masks_bias_groups_and_packed_sequences_match_f64(string type, int size)
    {
        foreach (var problem in AttentionProblem.Masked(type, size)) Compare(problem);
    }

    [TestCaseSource(nameof(Specialisations))]
    public void Gradients_of_hidden_blocks_dropped_weights_and_logarithms_match_f64(string type, int size)
    {
        foreach (var problem in AttentionProblem.OfGates(type, size)) Compare(problem);
        Compare(new(type, 45, 50, size) { Heads = 2, LogGradient = true });
    }

    [Test]
    public void Hidden_tiles_are_skipped()
    {
        const int Length = 256, Size = 64;
        var (rows, columns, _, _) = AttentionBackwardKernels.Tiles("bf16", Size, gated: true);
        var problem = new AttentionProblem("bf16", Length, Length, Size) { BlockSize = 64 };
        byte[] blocks = problem.Blocks;
        long queries = 0, keys = 0;
        for (int r = 0; r < Length; r += rows)
            for (int c = 0; c < Length; c += columns)
            {
                queries += blocks[(r / 64 * 4) + (c / 64)];
                keys += blocks[(c / 64 * 4) + (r / 64)];
            }

        var (_, results) = Compare(problem);
        Assert.That(results[0].Counters.TensorHalfFlops, Is.EqualTo(queries * 6L * rows * columns * Size));
        Assert.That(results[1].Counters.TensorHalfFlops, Is.EqualTo(keys * 8L * rows * columns * Size));
    }

    [Test]
    public void Every_position_of_a_window_has_its_gradient([Values(0, 1, 31, -1)] int left, [Values(0, 2, -1)] int right)
    {
        Compare(new("f16", 150, 150, 32) { Left = left, Right = right });
        Compare(new("f32", 70, 50, 32) { Left = left, Right = right });
    }

    [Test]
    public void Gradients_of_a_broadcast_bias_match_f64([Values("", "b", "bhq")] string axes, [Values("f32", "bf16")] string type) =>
        Compare(new(type, 21, 45, 32) { Batch = 2, Heads = 2, Bias = axes, Right = 3 });

    [Test]
    public void Gradients_through_the_rotation_match_f64([Values] bool interleaved)
    {
        Compare(new("bf16", 45, 83, 64) { Right = 0, Rotary = 64, Interleaved = interleaved, Heads = 2 });
        Compare(new("bf16", 70, 66, 64) { Rotary = 32, Interleaved = interleaved, Batch = 2, StartsQ = [0, 60, 70], StartsK = [0, 66, 76] });
    }

    [Test]
    public void Queries_that_see_no_key_have_and_give_no_gradient([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type)
    {
        var (dq, _) = Compare(new(type, 50, 20, 32) { Right = 0 });
        Assert.That(dq[..(30 * 32)], Is.All.Zero);
        Compare(new(type, 3, 1, 32) { Batch = 2, StartsQ = [0, 2, 3], StartsK = [0, 0, 1] });
        // Keys without queries are zero too.
        Compare(new(type, 2, 9, 32) { Batch = 2, StartsQ = [0, 0, 2], StartsK = [0, 9, 12] });
    }

    [Test]
    public void Whole_tiles_have_no_bank_conflicts_read_whole_sectors_and_multiply_no_more_than_they_must([Values("f32", "bf16")] string type, [Values(64, 128, 256)] int size)
    {
        const int Length = 128;
        var (_, results) = Compare(new(type, Length, Length, size));
        // Scores, dp and dq; scores, dp, dk and dv, whose halves of long heads repeat the first two.
        long tile = 2L * Length * Length * size;
        long[] products = [3 * tile, size > 128 ? 6 * tile : 4 * tile];
        for (int i = 0; i < 2; i++)
        {
            var counters = results[i].Counters;
            var profile = counters.Profile();
            foreach (string load in new[] { "ldmatrix", "ld.shared", "cp.async.cg" })
                Assert.That(profile.Where(line => line.Instruction.Contains(load, StringComparison.Ordinal)).Sum(line => line.BankConflicts), Is.Zero, load);
            Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
            Assert.That(type == "f32" ? counters.TensorTf32Flops / 3 : counters.TensorHalfFlops, Is.EqualTo(products[i]));
            Assert.That(counters.LocalBytesRead + counters.LocalBytesWritten, Is.Zero);
            Assert.That(profile.Where(line => line.Instruction.StartsWith("st.global.v4", StringComparison.Ordinal)).Sum(line => line.Threads * 16), Is.EqualTo(counters.GlobalBytesWritten), "all stores are of 128 bits");
        }

        var delta = results[2].Counters;
        Assert.That(delta.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(delta.GlobalBytesRead, Is.EqualTo(2L * Length * size * KernelBench.SizeOf(type)));
    }

    [Test]
    public void Tiles_out_of_sight_are_skipped()
    {
        const int Length = 256, Size = 64;
        var (rows, columns, _, _) = AttentionBackwardKernels.Tiles("bf16", Size);
        long queries = 0, keys = 0;
        for (int r = 0; r < Length; r += rows)
            for (int c = 0; c < Length; c += columns)
            {
                if (c <= r + rows - 1 && c + columns - 1 >= r - 40) queries++;
                if (r <= c + columns - 1 && r + rows - 1 >= c - 40) keys++;
            }

        var (_, results) = Compare(new("bf16", Length, Length, Size) { Right = 0, Left = 40 });
        Assert.That(results[0].Counters.TensorHalfFlops, Is.EqualTo(queries * 6L * rows * columns * Size));
        Assert.That(results[1].Counters.TensorHalfFlops, Is.EqualTo(keys * 8L * rows * columns * Size));
    }

    [Test]
    public void Shared_memory_fits_the_smallest_card()
    {
        foreach (string type in KernelTypes.Floats)
            foreach (int size in AttentionBackwardKernels.HeadSizes(type))
            {
                int shared = AttentionBackwardKernels.Keys(AttentionBackwardKernels.Spec(type, size), type, size, 1, 1, 1).SharedBytes;
                Assert.That(shared, Is.LessThanOrEqualTo(GpuCard.Rtx4090.SharedPerBlock), $"{type} {size}");
                Assert.That(Occupancy.Of(GpuCard.H100, 128, 255, shared).BlocksPerMultiprocessor, Is.EqualTo(2), $"{type} {size}");
            }
    }

    private static (double[] DQ, LaunchResult[] Results) Compare(AttentionProblem problem)
    {
        using var bench = new KernelBench();
        var expected = problem.Reference();
        string type = problem.Type;
        int size = AttentionBackwardKernels.HeadSize(type, problem.Depth), biasCount = expected.DBias.Length;
        DevicePointer delta = bench.Output("f32", problem.CountLse), dq = bench.Output(type, problem.CountQ), dk = bench.Output(type, problem.CountK), dv = bench.Output(type, problem.CountK);
        var dbias = bench.Upload(type, new double[Math.Max(1, biasCount)]);
        var arguments = problem.Arguments(bench);
        arguments.O = AttentionProblem.Pointer(bench.Upload(type, expected.O));
        arguments.OutputGradient = AttentionProblem.Pointer(bench.Upload(type, problem.OutputGradient));
        arguments.LogSumExp = AttentionProblem.Pointer(bench.Upload("f32", expected.Lse));
        arguments.Delta = AttentionProblem.Pointer(delta);
        arguments.QGradient = AttentionProblem.Pointer(dq);
        arguments.KGradient = AttentionProblem.Pointer(dk);
        arguments.VGradient = AttentionProblem.Pointer(dv);
        if (biasCount > 0) arguments.BiasGradient = AttentionProblem.Pointer(dbias);
        arguments.StrideBiasGradient = new((long)problem.Heads * problem.LengthQ * problem.LengthK, (long)problem.LengthQ * problem.LengthK, problem.LengthK);
        if (problem.LogGradient) arguments.LogSumExpGradient = AttentionProblem.Pointer(bench.Upload("f32", problem.LogOutputGradient));
        var spec = AttentionBackwardKernels.Spec(type, size, problem.Rotary > 0, problem.Gated);
        var argument = KernelArgument.Structure(arguments);
        var deltaResult = bench.Run(AttentionBackwardKernels.Delta(spec, type, size, problem.RowsQ, problem.Heads, problem.Packed ? 1 : problem.Batch), argument);
        LaunchResult[] results =
        [
            bench.Run(AttentionBackwardKernels.Queries(spec, type, size, problem.RowsQ, problem.Heads, problem.Batch, problem.Packed, problem.Gated), argument),
            bench.Run(AttentionBackwardKernels.Keys(spec, type, size, problem.RowsK, problem.KeyHeads, problem.Batch, problem.Packed, problem.Gated), argument),
            deltaResult,
        ];
        double[] actual = bench.Download(type, dq, problem.CountQ);
        KernelBench.Close(actual, expected.DQ, i => expected.DQTolerance[i], $"dq of {problem}");
        KernelBench.Close(bench.Download(type, dk, problem.CountK), expected.DK, i => expected.DKTolerance[i], $"dk of {problem}");
        KernelBench.Close(bench.Download(type, dv, problem.CountK), expected.DV, i => expected.DVTolerance[i], $"dv of {problem}");
        KernelBench.Close(bench.Download(type, dbias, biasCount), expected.DBias, i => Math.Max(1e-30, expected.DBiasTolerance[i]), $"dbias of {problem}");
        return (actual, results);
    }
}
