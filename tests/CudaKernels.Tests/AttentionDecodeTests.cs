using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Attention of new queries to a paged cache against loops in f64.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class AttentionDecodeTests
{
    private const double F32 = 5.9604644775390625e-8;

    private static IEnumerable<TestCaseData> Specialisations => from type in KernelTypes.Floats from size in AttentionDecodeKernels.HeadSizes select new TestCaseData(type, size);

    /// <summary>Sequences of some lengths, each with its cache.</summary>
    private sealed record Problem(string Type, int Depth, int Heads, int KeyHeads, int[] Lengths)
    {
        public int Queries { get; init; } = 1;
        public int PageSize { get; init; } = 16;
        public bool Paged { get; init; } = true;
        public int Splits { get; init; } = 1;
        public int Left { get; init; } = -1;
        public int Rotary { get; init; }
        public bool Interleaved { get; init; }

        /// <summary>Type of keys and values, where it is not that of the queries.</summary>
        public string? Cache { get; init; }

        public int Batch => Lengths.Length;
        public int Pages => (Math.Max(1, Lengths.Max()) + PageSize - 1) / PageSize;

        public override string ToString() =>
            $"{Type} D={Depth} H={Heads}/{KeyHeads} lengths {string.Join(',', Lengths)} S={Queries} pages {(Paged ? PageSize : 0)} splits {Splits} left {Left} rotary {Rotary} {Interleaved} cache {Cache}";
    }

    [TestCaseSource(nameof(Specialisations))]
    public void Decoding_matches_f64(string type, int size)
    {
        Compare(new(type, size, 1, 1, [1]));
        Compare(new(type, size, 8, 2, [37, 1, 130]) { PageSize = 16 });
        Compare(new(type, size, 8, 2, [37, 0, 300]) { PageSize = 7, Splits = 3 });
        Compare(new(type, size - 8, 4, 4, [70, 129]) { Paged = false, Splits = 2 });
    }

    [Test]
    public void Narrow_rows_beside_wide_queries_match_f64([ValueSource(typeof(AttentionDecodeKernels), nameof(AttentionDecodeKernels.NarrowTypes))] string cache, [Values(64, 128, 256)] int size)
    {
        Compare(new("f32", size, 8, 2, [37, 1, 130]) { Cache = cache });
        Compare(new("f32", size, 8, 2, [37, 0, 300]) { Cache = cache, PageSize = 7, Splits = 3, Queries = 2, Left = 90 });
        Compare(new("f32", size - 16, 4, 4, [70, 129]) { Cache = cache, Paged = false, Splits = 2 });
    }

    [Test]
    public void A_narrow_cache_is_read_once_in_whole_sectors([ValueSource(typeof(AttentionDecodeKernels), nameof(AttentionDecodeKernels.NarrowTypes))] string cache)
    {
        const int Length = 512, Size = 128;
        var problem = new Problem("f32", Size, 8, 2, [Length]) { Splits = 2, Cache = cache };
        var counters = Compare(problem).Counters;
        // A row's scale lies between those of other heads: of its sector half is used.
        long rows = 2L * problem.KeyHeads * Length;
        Assert.That(counters.GlobalBytesRead, Is.LessThanOrEqualTo(1.05 * ((rows * ((Size * KernelBench.SizeOf(cache)) + (cache == "u8" ? 8 : 0))) + (problem.Splits * 8 * Size * 4))));
        Assert.That(counters.LocalBytesRead + counters.LocalBytesWritten, Is.Zero);
    }

    [Test]
    public void Several_new_queries_see_what_lies_before_them([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values(1, 4)] int splits)
    {
        // 3·7 and 20·1 rows take two blocks of 16; a sequence is shorter than its queries.
        Compare(new(type, 64, 14, 2, [90, 3, 2]) { Queries = 3, Splits = splits });
        Compare(new(type, 64, 2, 2, [21, 100]) { Queries = 20, Splits = splits });
    }

    [Test]
    public void A_window_of_every_size_matches_f64([Values(0, 1, 15, 16, 17, 63, 64, 200)] int left, [Values(1, 2)] int splits)
    {
        Compare(new("bf16", 64, 4, 2, [150, 10]) { Left = left, Splits = splits });
        Compare(new("bf16", 64, 4, 2, [150, 10]) { Left = left, Splits = splits, Queries = 9 });
    }

    [Test]
    public void Queries_are_rotated_by_their_own_position([Values("f16", "bf16")] string type, [Values(64, 128)] int size, [Values] bool interleaved) =>
        Compare(new(type, size, 6, 2, [40, 75]) { Queries = 6, Rotary = size / 2, Interleaved = interleaved });

    [Test]
    public void A_sequence_of_any_length_is_joined_from_any_splits([Values(1, 2, 5, 9, 40)] int splits)
    {
        foreach (int length in new[] { 1, 16, 63, 64, 65, 128, 257, 320 }) Compare(new("bf16", 64, 4, 1, [length]) { Splits = splits });
        // More parts than a warp has lanes, all with keys.
        if (splits == 40) Compare(new("bf16", 64, 2, 1, [2550]) { Splits = splits });
    }

    [Test]
    public void The_cache_is_read_once_in_whole_sectors_without_bank_conflicts([Values("f32", "bf16")] string type, [Values(64, 128, 256)] int size)
    {
        const int Length = 512;
        var problem = new Problem(type, size, 8, 2, [Length]) { Splits = 2 };
        var counters = Compare(problem).Counters;
        var profile = counters.Profile();
        foreach (string load in new[] { "ldmatrix", "ld.shared", "cp.async.cg" })
            Assert.That(profile.Where(line => line.Instruction.Contains(load, StringComparison.Ordinal) && !line.Instruction.Contains("v4", StringComparison.Ordinal)).Sum(line => line.BankConflicts), Is.Zero, load);
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        long cache = 2L * problem.KeyHeads * Length * size * KernelBench.SizeOf(type);
        Assert.That(counters.GlobalBytesRead, Is.LessThanOrEqualTo(1.05 * cache));
        Assert.That(counters.LocalBytesRead + counters.LocalBytesWritten, Is.Zero);
        // All 16 rows of a tile are multiplied, of which four are heads.
        Assert.That(type == "f32" ? counters.TensorTf32Flops / 3 : counters.TensorHalfFlops, Is.EqualTo(4L * 16 * problem.KeyHeads * Length * size));
    }

    [Test]
    public void Parts_are_joined_in_whole_sectors([Values("f32", "bf16")] string type)
    {
        const int Heads = 4, Size = 128, Splits = 8;
        using var bench = new KernelBench();
        var o = bench.Output(type, Heads * Size);
        var arguments = new AttentionDecodeArguments
        {
            O = Pointer(o),
            Parts = Pointer(bench.Upload("f32", KernelBench.Random("f32", Heads * Splits * Size, 1))),
            PartLogSumExp = Pointer(bench.Upload("f32", KernelBench.Random("f32", Heads * Splits, 2))),
            StrideO = AttentionStrides.RowsFirst(Heads, 1, Size),
            Batch = 1,
            Heads = Heads,
            Group = 1,
            Queries = 1,
            Depth = Size,
            Splits = Splits,
        };
        var counters = bench.Run(AttentionDecodeKernels.Combine(AttentionDecodeKernels.Spec(type, Size), 1, Heads, 1), KernelArgument.Structure(arguments)).Counters;
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo(Heads * Size * KernelBench.SizeOf(type)));
    }

    [Test]
    public void Splits_fill_the_device_but_are_not_small()
    {
        Assert.That(AttentionDecodeKernels.Splits(100_000, 8, 132), Is.EqualTo(33));
        Assert.That(AttentionDecodeKernels.Splits(1000, 8, 132), Is.EqualTo(3));
        Assert.That(AttentionDecodeKernels.Splits(100, 1, 132), Is.EqualTo(1));
        Assert.That(AttentionDecodeKernels.Splits(100_000, 1000, 132), Is.EqualTo(1));
    }

    private static LaunchResult Compare(Problem problem)
    {
        using var bench = new KernelBench();
        string type = problem.Type;
        int size = AttentionDecodeKernels.HeadSize(problem.Depth), depth = problem.Depth, group = problem.Heads / problem.KeyHeads, rows = problem.Batch * problem.Queries * problem.Heads;
        // Pages lie in any order; rows that no key has are NaN.
        int[] table = [.. Enumerable.Range(0, problem.Batch * problem.Pages)];
        new Random(5).Shuffle(table);
        int rowNumbers = problem.KeyHeads * depth, pageNumbers = problem.PageSize * rowNumbers;
        string cache = problem.Cache ?? type;
        int count = problem.Batch * problem.Pages * pageNumbers;
        // Of bytes the scale is NaN where no key has the row.
        double[] scaleK = NaN(count / depth), scaleV = NaN(count / depth), randomScales = KernelBench.Random("f32", count / depth, 4);
        double[] RandomRows(int seed) => cache == "u8" ? [.. KernelBench.Random("f32", count, seed).Select(x => Math.Floor((x + 1) * 127.99))] : KernelBench.Random(cache, count, seed);
        double[] q = KernelBench.Random(type, rows * depth, 1), k = cache == "u8" ? new double[count] : NaN(count), v = [.. k], randomK = RandomRows(2), randomV = RandomRows(3);
        int At(int b, int key) => problem.Paged ? (table[(b * problem.Pages) + (key / problem.PageSize)] * pageNumbers) + (key % problem.PageSize * rowNumbers) : (b * problem.Pages * pageNumbers) + (key * rowNumbers);
        for (int b = 0; b < problem.Batch; b++)
            for (int key = 0; key < problem.Lengths[b]; key++)
            {
                randomK.AsSpan(At(b, key), rowNumbers).CopyTo(k.AsSpan(At(b, key)));
                randomV.AsSpan(At(b, key), rowNumbers).CopyTo(v.AsSpan(At(b, key)));
                for (int row = At(b, key) / depth; row < (At(b, key) + rowNumbers) / depth; row++) (scaleK[row], scaleV[row]) = (randomScales[row] / 128, (1 - randomScales[row]) / 256);
            }

        (scaleK, scaleV) = (KernelBench.Rounded("f32", scaleK), KernelBench.Rounded("f32", scaleV));
        DevicePointer Rows(double[] values) => cache == "u8" ? bench.Upload(Array.ConvertAll(values, x => (byte)x)) : bench.Upload(cache, values);
        var (uploadedK, uploadedV) = (Rows(k), Rows(v));
        if (cache == "u8") (k, v) = ([.. k.Select((x, i) => (x - 128) * scaleK[i / depth])], [.. v.Select((x, i) => (x - 128) * scaleV[i / depth])]);

        DevicePointer o = bench.Output(type, rows * depth), lse = bench.Output("f32", rows);
        bool split = problem.Splits > 1;
        // One position more than any key, so that no row is its neighbour's.
        var tables = new AttentionProblem(type, 1, problem.Lengths.Max() + 1, depth) { Rotary = problem.Rotary };
        var (cosine, sine) = problem.Rotary > 0 ? tables.Tables() : default;
        var arguments = new AttentionDecodeArguments
        {
            Q = Pointer(bench.Upload(type, q)),
            K = Pointer(uploadedK),
            V = Pointer(uploadedV),
            KeyScales = cache == "u8" ? Pointer(bench.Upload("f32", scaleK)) : default,
            ValueScales = cache == "u8" ? Pointer(bench.Upload("f32", scaleV)) : default,
            StrideKeyScales = new((problem.Paged ? pageNumbers : problem.Pages * pageNumbers) / depth, 1, problem.KeyHeads),
            StrideValueScales = new((problem.Paged ? pageNumbers : problem.Pages * pageNumbers) / depth, 1, problem.KeyHeads),
            O = Pointer(o),
            LogSumExp = Pointer(lse),
            Parts = split ? Pointer(bench.Output("f32", rows * problem.Splits * size)) : default,
            PartLogSumExp = split ? Pointer(bench.Output("f32", rows * problem.Splits)) : default,
            Table = problem.Paged ? Pointer(bench.Upload(table)) : default,
            Lengths = Pointer(bench.Upload(problem.Lengths)),
            Rotation = problem.Rotary > 0 ? new(Pointer(bench.Upload("f32", cosine!)), Pointer(bench.Upload("f32", sine!)), problem.Rotary, problem.Interleaved ? 1 : 0) : default,
            StrideQ = AttentionStrides.RowsFirst(problem.Heads, problem.Queries, depth),
            StrideO = AttentionStrides.RowsFirst(problem.Heads, problem.Queries, depth),
            StrideK = new(problem.Paged ? pageNumbers : problem.Pages * pageNumbers, depth, rowNumbers),
            StrideV = new(problem.Paged ? pageNumbers : problem.Pages * pageNumbers, depth, rowNumbers),
            LogSumExpBatch = problem.Queries * problem.Heads,
            LogSumExpHead = problem.Queries,
            Batch = problem.Batch,
            Heads = problem.Heads,
            Group = group,
            Queries = problem.Queries,
            Depth = depth,
            PageSize = problem.PageSize,
            Pages = problem.Pages,
            Splits = problem.Splits,
            Left = problem.Left,
            Scale = 0.3f,
        };
        var spec = AttentionDecodeKernels.Spec(type, size, cache, problem.Rotary > 0);
        var argument = KernelArgument.Structure(arguments);
        var result = bench.Run(AttentionDecodeKernels.Decode(spec, type, size, problem.Queries, problem.Heads, problem.KeyHeads, problem.Batch, problem.Splits, cache), argument);
        if (split) bench.Run(AttentionDecodeKernels.Combine(spec, problem.Queries, problem.Heads, problem.Batch), argument);

        double[] expected = new double[rows * depth], tolerance = new double[rows * depth], expectedLse = new double[rows], lseTolerance = new double[rows];
        double unit = KernelBench.Unit(type), product = (type == "f32" ? Math.Pow(2, -21) : 0) + (problem.Rotary > 0 ? 2 * unit : 0);
        double weightUnit = type == "f32" ? product + (4 * F32) : unit, least = type == "f16" ? Math.Pow(2, -25) : 1e-30;
        for (int b = 0; b < problem.Batch; b++)
            for (int s = 0; s < problem.Queries; s++)
                for (int h = 0; h < problem.Heads; h++)
                {
                    int position = problem.Lengths[b] - problem.Queries + s, at = (((b * problem.Queries) + s) * problem.Heads) + h, head = h / group * depth;
                    double[] row = Rotated(problem, q[(at * depth)..((at + 1) * depth)], position, cosine, sine);
                    int[] keys = [.. Enumerable.Range(0, Math.Max(0, position + 1)).Where(key => problem.Left < 0 || key >= position - problem.Left)];
                    double loss = 0;
                    double[] scores = Array.ConvertAll(keys, key =>
                    {
                        double sum = 0, magnitude = 0;
                        for (int d = 0; d < depth; d++)
                        {
                            double term = 0.3f * row[d] * k[At(b, key) + head + d];
                            sum += term;
                            magnitude += Math.Abs(term);
                        }

                        loss = Math.Max(loss, (magnitude * (product + ((depth + 8) * F32))) + (Math.Abs(sum) * 6 * F32));
                        return sum;
                    });
                    double most = keys.Length == 0 ? 0 : scores.Max(), total = scores.Sum(x => Math.Exp(x - most));
                    int lseAt = (((b * problem.Heads) + h) * problem.Queries) + s;
                    expectedLse[lseAt] = keys.Length == 0 ? double.NegativeInfinity : most + Math.Log(total);
                    lseTolerance[lseAt] = loss + ((keys.Length + 40) * F32);
                    for (int d = 0; d < depth; d++)
                    {
                        double sum = 0, magnitude = 0;
                        for (int n = 0; n < keys.Length; n++)
                        {
                            double term = Math.Exp(scores[n] - most) / total * v[At(b, keys[n]) + head + d];
                            sum += term;
                            magnitude += Math.Abs(term);
                        }

                        expected[(at * depth) + d] = sum;
                        tolerance[(at * depth) + d] = (magnitude * ((2 * loss) + weightUnit + ((keys.Length + 60) * F32))) + (unit * Math.Abs(sum)) + (least * (keys.Length + 1));
                    }
                }

        KernelBench.Close(bench.Download(type, o, expected.Length), expected, i => tolerance[i], problem.ToString());
        KernelBench.Close(bench.Download("f32", lse, rows), expectedLse, i => lseTolerance[i], $"logarithms of {problem}");
        return result;
    }

    private static double[] Rotated(Problem problem, double[] row, int position, double[]? cosine, double[]? sine)
    {
        if (problem.Rotary == 0 || position < 0) return row;
        double[] y = [.. row];
        int half = problem.Rotary / 2;
        for (int n = 0; n < half; n++)
        {
            int first = problem.Interleaved ? 2 * n : n, second = problem.Interleaved ? first + 1 : n + half, at = (position * half) + n;
            (y[first], y[second]) = ((row[first] * cosine![at]) - (row[second] * sine![at]), (row[first] * sine[at]) + (row[second] * cosine[at]));
        }

        return KernelBench.Rounded(problem.Type, y);
    }

    private static double[] NaN(int count)
    {
        double[] values = new double[count];
        Array.Fill(values, double.NaN);
        return values;
    }

    private static Cuda.Driver.CudaDevicePointer Pointer(DevicePointer pointer) => AttentionProblem.Pointer(pointer);
}
