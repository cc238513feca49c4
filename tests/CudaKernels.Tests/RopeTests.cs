using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Rotary position embedding of every type and layout against f64.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RopeTests
{
    private const double F32 = 5.9604644775390625e-8;

    // A turn by frequencies: the rounded remainder of a turn, 2π·2⁻²⁶, and two units of the polynomials.
    private const double Angle = 6 * F32;

    private static IEnumerable<TestCaseData> Specialisations =>
        from type in KernelTypes.Floats from interleaved in new[] { false, true } from aligned in new[] { false, true } select new TestCaseData(type, interleaved, aligned);

    private sealed record Problem(string Type, bool Interleaved, bool Aligned, int Batch, int Length, int Heads, int Depth, int Size)
    {
        public bool Tables { get; init; }
        public bool RowsFirst { get; init; } = true;
        public bool InPlace { get; init; }
        public long Offset { get; init; }

        /// <summary>Positions [batch, length] of 32 or 64 bits.</summary>
        public long[]? Positions { get; init; }
        public bool Wide { get; init; }
        public int Direction { get; init; } = 1;

        public override string ToString() => $"{RopeKernels.Spec(Type, Interleaved, Aligned)} B={Batch} S={Length} H={Heads} {Size} of {Depth} tables {Tables} offset {Offset} direction {Direction}";
    }

    [TestCaseSource(nameof(Specialisations))]
    public void Rows_are_turned_forward_and_back(string type, bool interleaved, bool aligned)
    {
        // All of a row or a part; one row, several blocks of rows, more pairs than a block has angles for one row.
        (int Length, int Heads, int Depth, int Size)[] shapes = aligned ? [(1, 1, 16, 16), (37, 3, 64, 32), (5, 2, 136, 128)] : [(1, 1, 2, 2), (37, 3, 7, 6), (5, 2, 65, 34), (3, 1, 1024, 1024)];
        foreach (var (length, heads, depth, size) in shapes)
            foreach (bool tables in new[] { false, true })
            {
                Compare(new(type, interleaved, aligned, 2, length, heads, depth, size) { Tables = tables, Offset = 3 });
                Compare(new(type, interleaved, aligned, 2, length, heads, depth, size) { Tables = tables, Direction = -1, RowsFirst = false, InPlace = true });
            }
    }

    [Test]
    public void Positions_come_from_an_index_of_either_width([Values] bool wide, [Values] bool tables) =>
        Compare(new("f32", false, true, 2, 3, 2, 8, 8) { Positions = [5, 0, 19, 7, 7, 2], Wide = wide, Tables = tables });

    [Test]
    public void Far_positions_lose_nothing([Values(100_000, 16_000_000)] int offset) => Compare(new("f32", false, true, 1, 9, 1, 128, 128) { Offset = offset });

    [Test]
    public void Turning_back_undoes_turning()
    {
        using var bench = new KernelBench();
        double[] x = KernelBench.Random("f32", 11 * 64, 3);
        var (there, _) = Run(bench, new("f32", true, true, 1, 11, 1, 64, 64), x);
        var (back, _) = Run(bench, new("f32", true, true, 1, 11, 1, 64, 64) { Direction = -1 }, there);
        KernelBench.Close(back, x, _ => 16 * F32, "there and back");
    }

    [Test]
    public void Tables_of_the_kernel_are_those_of_the_formula()
    {
        using var bench = new KernelBench();
        const int Positions = 70, Size = 6, Offset = 11;
        DevicePointer cosine = bench.Output("f32", Positions * 3), sine = bench.Output("f32", Positions * 3);
        bench.Run(RopeKernels.Table(Positions, Size), bench.Upload(RopeKernels.Frequencies(Size)), cosine, sine, (long)Offset, (long)Positions, Size / 2);
        double[] angles = [.. Enumerable.Range(0, Positions * 3).Select(i => (Offset + (i / 3)) * Math.Pow(10000, -2.0 * (i % 3) / Size))];
        KernelBench.Close(bench.Download("f32", cosine, angles.Length), Array.ConvertAll(angles, Math.Cos), _ => Angle, "cosine");
        KernelBench.Close(bench.Download("f32", sine, angles.Length), Array.ConvertAll(angles, Math.Sin), _ => Angle, "sine");
    }

    [Test]
    public void Rows_and_angles_are_read_once_in_whole_sectors([Values("f32", "bf16")] string type, [Values] bool interleaved)
    {
        var problem = new Problem(type, interleaved, true, 1, 64, 4, 128, 128) { Tables = true };
        using var bench = new KernelBench();
        int count = 64 * 4 * 128, bytes = KernelBench.SizeOf(type);
        var (_, result) = Run(bench, problem, KernelBench.Random(type, count, 1));
        Assert.That(result.Counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(result.Counters.GlobalBytesRead, Is.EqualTo((count * bytes) + (64 * 128 * 4)));
        Assert.That(result.Counters.GlobalBytesWritten, Is.EqualTo(count * bytes));
        var loads = result.Counters.Profile().Where(line => line.Instruction.StartsWith("ld.global", StringComparison.Ordinal) && line.Instruction.Contains("v4", StringComparison.Ordinal));
        Assert.That(loads.Sum(line => line.Threads * 16), Is.EqualTo(count * bytes), "rows are read by 128 bits");
    }

    private static void Compare(Problem problem)
    {
        using var bench = new KernelBench();
        double[] x = KernelBench.Random(problem.Type, problem.Batch * problem.Length * problem.Heads * problem.Depth, 1);
        var (actual, _) = Run(bench, problem, x);
        double[] expected = [.. x];
        double[] tolerance = new double[x.Length];
        var strides = Strides(problem);
        int half = problem.Size / 2;
        for (int b = 0; b < problem.Batch; b++)
            for (int s = 0; s < problem.Length; s++)
                for (int h = 0; h < problem.Heads; h++)
                    for (int i = 0; i < half; i++)
                    {
                        long row = (b * strides.Batch) + (h * strides.Head) + (s * strides.Row);
                        long first = row + (problem.Interleaved ? 2 * i : i), second = problem.Interleaved ? first + 1 : first + half;
                        var (si, co) = Math.SinCos(Position(problem, b, s) * Frequency(problem.Size, i));
                        si *= problem.Direction;
                        expected[first] = (x[first] * co) - (x[second] * si);
                        expected[second] = (x[first] * si) + (x[second] * co);
                        tolerance[first] = tolerance[second] = ((Math.Abs(x[first]) + Math.Abs(x[second])) * (Angle + (2 * F32))) + (KernelBench.Unit(problem.Type) * 1.5) + 1e-30;
                    }

        KernelBench.Close(actual, expected, i => Math.Max(1e-30, tolerance[i]), problem.ToString());
    }

    private static (double[] Y, LaunchResult Result) Run(KernelBench bench, Problem problem, double[] x)
    {
        string type = problem.Type;
        int half = problem.Size / 2, positions = problem.Tables ? (int)(problem.Offset + problem.Length + (problem.Positions?.Max() ?? 0)) : 0;
        DevicePointer input, output;
        if (problem.InPlace) input = output = bench.Upload(type, x);
        else (input, output) = (bench.Upload(type, x), bench.Output(type, x.Length));
        double[] angles = [.. Enumerable.Range(0, positions * half).Select(i => i / half * Frequency(problem.Size, i % half))];
        var strides = Strides(problem);
        var arguments = new RopeArguments
        {
            X = AttentionProblem.Pointer(input),
            Y = AttentionProblem.Pointer(output),
            Cosine = problem.Tables ? AttentionProblem.Pointer(bench.Upload("f32", Array.ConvertAll(angles, Math.Cos))) : default,
            Sine = problem.Tables ? AttentionProblem.Pointer(bench.Upload("f32", Array.ConvertAll(angles, Math.Sin))) : default,
            Frequencies = problem.Tables ? default : AttentionProblem.Pointer(bench.Upload(RopeKernels.Frequencies(problem.Size))),
            Positions = problem.Positions is null ? default : AttentionProblem.Pointer(problem.Wide ? bench.Upload(problem.Positions) : bench.Upload(Array.ConvertAll(problem.Positions, p => (int)p))),
            StrideX = strides,
            StrideY = strides,
            Offset = problem.Offset,
            PositionsBatch = problem.Length,
            Heads = problem.Heads,
            Length = problem.Length,
            Depth = problem.Depth,
            Size = problem.Size,
            Wide = problem.Wide ? 1 : 0,
            Direction = problem.Direction,
        };
        if (problem.Aligned) Assert.That(RopeKernels.IsAligned(type, problem.Interleaved, problem.Depth, problem.Size, strides), Is.True);
        var launch = RopeKernels.Rotate(RopeKernels.Spec(type, problem.Interleaved, problem.Aligned), problem.Length, problem.Batch, problem.Size);
        var result = bench.Run(launch, KernelArgument.Structure(arguments));
        return (bench.Download(type, output, x.Length), result);
    }

    private static AttentionStrides Strides(Problem problem) => problem.RowsFirst
        ? AttentionStrides.RowsFirst(problem.Heads, problem.Length, problem.Depth)
        : AttentionStrides.HeadsFirst(problem.Heads, problem.Length, problem.Depth);

    private static long Position(Problem problem, int b, int s) => problem.Positions?[(b * problem.Length) + s] ?? (problem.Offset + s);

    private static double Frequency(int size, int i) => Math.Pow(10000, -2.0 * i / size);
}
