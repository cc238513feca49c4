using CudaNet.Cuda.Driver;
using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>An attention with all its options: random inputs on a bench, and what loops in f64 make of them.</summary>
internal sealed record AttentionProblem(string Type, int LengthQ, int LengthK, int Depth)
{
    private const double F32 = 5.9604644775390625e-8;

    public int Batch { get; init; } = 1;
    public int Heads { get; init; } = 1;
    public int Group { get; init; } = 1;
    public int Left { get; init; } = -1;
    public int Right { get; init; } = -1;

    /// <summary>[batch, length, heads, depth] instead of [batch, heads, length, depth].</summary>
    public bool RowsFirst { get; init; }

    /// <summary>Nothing, or a letter for each axis that the bias has: b, h, q; it always has the keys.</summary>
    public string? Bias { get; init; }

    /// <summary>First rows of packed sequences.</summary>
    public int[]? StartsQ { get; init; }
    public int[]? StartsK { get; init; }
    public int Rotary { get; init; }
    public bool Interleaved { get; init; }
    public bool Tf32 { get; init; }
    public float Scale { get; init; } = 0.3f;
    public int Seed { get; init; } = 1;

    /// <summary>Queries and keys of a block that is hidden or not, 0 for none; one mask for all sequences, and for all heads or each.</summary>
    public int BlockSize { get; init; }
    public bool BlocksOfHeads { get; init; }
    public float Dropout { get; init; }

    /// <summary>The logarithms have a gradient too.</summary>
    public bool LogGradient { get; init; }

    public bool Gated => BlockSize > 0 || Dropout > 0;
    private int BlocksQ => (LengthQ + BlockSize - 1) / BlockSize;
    private int BlocksK => (LengthK + BlockSize - 1) / BlockSize;

    /// <summary>A third of the blocks can be seen.</summary>
    public byte[] Blocks => [.. KernelBench.Random("f32", (BlocksOfHeads ? Heads : 1) * BlocksQ * BlocksK, Seed + 5).Select(x => (byte)(x > 0.3 ? 1 : 0))];
    public double[] LogOutputGradient => LogGradient ? KernelBench.Random("f32", CountLse, Seed + 6) : new double[CountLse];
    private int DrawnKeys => (RowsK + 3) / 4 * 4;

    public bool Packed => StartsQ is not null;
    public int KeyHeads => Heads / Group;
    public int RowsQ => StartsQ?[^1] ?? LengthQ;
    public int RowsK => StartsK?[^1] ?? LengthK;
    private int Copies => Packed ? 1 : Batch;
    public int CountQ => Copies * Heads * RowsQ * Depth;
    public int CountK => Copies * KeyHeads * RowsK * Depth;
    public int CountLse => Copies * Heads * RowsQ;
    public AttentionStrides StrideQ => Strides(Heads, RowsQ);
    public AttentionStrides StrideK => Strides(KeyHeads, RowsK);
    public AttentionStrides StrideBias => Bias is null ? default : new(
        Bias.Contains('b') ? BiasHeads * BiasRows * LengthK : 0, Bias.Contains('h') ? BiasRows * LengthK : 0, Bias.Contains('q') ? LengthK : 0);
    private int BiasHeads => Bias!.Contains('h') ? Heads : 1;
    private int BiasRows => Bias!.Contains('q') ? LengthQ : 1;

    public double[] Q => KernelBench.Random(Type, CountQ, Seed);
    public double[] K => KernelBench.Random(Type, CountK, Seed + 1);
    public double[] V => KernelBench.Random(Type, CountK, Seed + 2);
    public double[] OutputGradient => KernelBench.Random(Type, CountQ, Seed + 3);
    public double[] BiasValues => KernelBench.Random(Type, (Bias!.Contains('b') ? Batch : 1) * BiasHeads * BiasRows * LengthK, Seed + 4, 3);

    /// <summary>One query, one key; tails of both; several blocks and heads; a head size below that of the tiles.</summary>
    public static IEnumerable<AttentionProblem> OddLengths(string type, int size) =>
    [
        new(type, 1, 1, size),
        new(type, 67, 35, size) { Heads = 2 },
        new(type, 130, 97, size) { Batch = 2, RowsFirst = true },
        new(type, 33, 66, size - 8),
    ];

    /// <summary>Causal, windowed, biased, with shared keys, and of packed sequences.</summary>
    public static IEnumerable<AttentionProblem> Masked(string type, int size) =>
    [
        new(type, 70, 70, size) { Right = 0 },
        new(type, 19, 90, size) { Right = 0, Left = 9, Heads = 6, Group = 3, RowsFirst = true },
        new(type, 35, 69, size) { Heads = 2, Group = 2, Bias = "hq", Right = 0 },
        new(type, 60, 41, size) { Batch = 4, Heads = 2, StartsQ = [0, 5, 65, 65, 90], StartsK = [0, 33, 74, 80, 81], Right = 0, RowsFirst = true },
    ];

    /// <summary>Hidden blocks, dropped weights, and gradients of logarithms: alone and with everything else.</summary>
    public static IEnumerable<AttentionProblem> OfGates(string type, int size) =>
    [
        new(type, 67, 99, size) { Heads = 2, Batch = 2, BlockSize = 16, BlocksOfHeads = true, LogGradient = true },
        new(type, 70, 70, size) { BlockSize = 37, Right = 0 },
        new(type, 45, 50, size) { Heads = 4, Group = 2, Batch = 2, Dropout = 0.4f },
        new(type, 60, 41, size) { Batch = 4, Heads = 2, StartsQ = [0, 5, 65, 65, 90], StartsK = [0, 33, 74, 80, 81], Dropout = 0.2f, Right = 0, LogGradient = true },
        new(type, 35, 69, size) { Heads = 2, Group = 2, Bias = "hq", Left = 60, BlockSize = 8, Dropout = 0.1f, LogGradient = true, RowsFirst = true },
    ];

    /// <summary>Angles as f32 tables [positions, rotary/2].</summary>
    public (double[] Cosine, double[] Sine) Tables()
    {
        int half = Rotary / 2, positions = Math.Max(LengthK, LengthQ);
        double[] cosine = new double[positions * half], sine = new double[positions * half];
        for (int i = 0; i < cosine.Length; i++) (sine[i], cosine[i]) = Math.SinCos(i / half * Math.Pow(100, -(double)(i % half) / half));
        return (KernelBench.Rounded("f32", cosine), KernelBench.Rounded("f32", sine));
    }

    /// <summary>The kernel's argument with inputs uploaded; results are the caller's.</summary>
    public AttentionArguments Arguments(KernelBench bench)
    {
        var (cosine, sine) = Rotary > 0 ? Tables() : default;
        return new()
        {
            Q = Pointer(bench.Upload(Type, Q)),
            K = Pointer(bench.Upload(Type, K)),
            V = Pointer(bench.Upload(Type, V)),
            Bias = Bias is null ? default : Pointer(bench.Upload(Type, BiasValues)),
            StartsQ = StartsQ is null ? default : Pointer(bench.Upload(StartsQ)),
            StartsK = StartsK is null ? default : Pointer(bench.Upload(StartsK)),
            Rotation = Rotary > 0 ? new(Pointer(bench.Upload("f32", cosine!)), Pointer(bench.Upload("f32", sine!)), Rotary, Interleaved ? 1 : 0) : default,
            StrideQ = StrideQ,
            StrideK = StrideK,
            StrideV = StrideK,
            StrideO = StrideQ,
            StrideOutputGradient = StrideQ,
            StrideQGradient = StrideQ,
            StrideKGradient = StrideK,
            StrideVGradient = StrideK,
            StrideBias = StrideBias,
            LogSumExpBatch = Packed ? 0 : Heads * RowsQ,
            LogSumExpHead = RowsQ,
            Heads = Heads,
            Group = Group,
            LengthQ = RowsQ,
            LengthK = RowsK,
            Sequences = Packed ? Batch : 0,
            Depth = Depth,
            Left = Left,
            Right = Right,
            Scale = Scale,
            Blocks = BlockSize == 0 ? default : Pointer(bench.Upload(Blocks)),
            StrideBlocks = new(0, BlocksOfHeads ? BlocksQ * BlocksK : 0, BlockSize == 0 ? 0 : BlocksK),
            BlockSize = BlockSize,
            Random = Dropout == 0 ? default : Pointer(bench.Upload([9L, 4])),
            Dropout = Dropout,
            DropoutFactor = 1 / (1 - Dropout),
            DrawnKeys = DrawnKeys,
        };
    }

    public override string ToString() =>
        $"{Type} S={LengthQ} L={LengthK} D={Depth} B={Batch} H={Heads}/{KeyHeads} window {Left},{Right} bias {Bias ?? "none"} packed {Packed} rows first {RowsFirst} rotary {Rotary} {Interleaved} blocks {BlockSize} dropout {Dropout}";

    public static CudaDevicePointer Pointer(DevicePointer pointer) => new((nint)pointer.Address);

    /// <summary>True if a query sees a key.</summary>
    public bool Sees(int i, int j, int lengthQ, int lengthK)
    {
        int position = i + lengthK - lengthQ;
        return (Left < 0 || j >= position - Left) && (Right < 0 || j <= position + Right);
    }

    public Values Reference()
    {
        double[] q = Rotate(Q, Heads, RowsQ, queries: true), k = Rotate(K, KeyHeads, RowsK, queries: false), v = V, gradient = OutputGradient;
        double[]? bias = Bias is null ? null : BiasValues;
        byte[]? blocks = BlockSize == 0 ? null : Blocks;
        double[] logGradient = LogOutputGradient;
        uint[] words = Dropout == 0 ? [] : RandomTests.Words(9, 4, (long)CountLse * DrawnKeys);
        var r = new Values(this);
        // What a product loses: nothing in 2-byte types; three tf32 products lose 2⁻²¹, one 2⁻¹⁰; a rotated number is rounded.
        double unit = KernelBench.Unit(Type), product = (Type != "f32" ? 0 : Tf32 ? Math.Pow(2, -10) : Math.Pow(2, -21)) + (Rotary > 0 ? 2 * unit : 0);
        double weightUnit = Type == "f32" ? 4 * F32 : unit;
        // Subnormal halves are 2⁻²⁴ apart.
        double least = Type == "f16" ? Math.Pow(2, -25) : 1e-30;
        for (int b = 0; b < Batch; b++)
            for (int h = 0; h < Heads; h++)
            {
                int startQ = StartsQ?[b] ?? 0, startK = StartsK?[b] ?? 0;
                int lengthQ = StartsQ is null ? LengthQ : StartsQ[b + 1] - startQ, lengthK = StartsK is null ? LengthK : StartsK[b + 1] - startK;
                for (int i = 0; i < lengthQ; i++)
                {
                    int[] keys = [.. Enumerable.Range(0, lengthK).Where(j => Sees(i, j, lengthQ, lengthK) && (blocks is null || blocks[((((BlocksOfHeads ? h : 0) * BlocksQ) + (i / BlockSize)) * BlocksK) + (j / BlockSize)] != 0))];
                    int atQ = At(StrideQ, b, h, startQ + i), atLse = ((Packed ? 0 : b) * Heads * RowsQ) + (h * RowsQ) + startQ + i;
                    double[] s = new double[keys.Length];
                    double loss = 0;
                    for (int n = 0; n < keys.Length; n++)
                    {
                        int atK = At(StrideK, b, h / Group, startK + keys[n]);
                        double magnitude = 0;
                        for (int d = 0; d < Depth; d++)
                        {
                            s[n] += Scale * q[atQ + d] * k[atK + d];
                            magnitude += Math.Abs(Scale * q[atQ + d] * k[atK + d]);
                        }

                        if (bias is not null) s[n] += bias[At(StrideBias, b, h, i) + keys[n]];
                        loss = Math.Max(loss, (magnitude * (product + ((Depth + 8) * F32))) + (Math.Abs(s[n]) * 6 * F32));
                    }

                    double most = keys.Length == 0 ? 0 : s.Max(), sum = s.Sum(x => Math.Exp(x - most));
                    r.Lse[atLse] = keys.Length == 0 ? double.NegativeInfinity : most + Math.Log(sum);
                    r.LseTolerance[atLse] = loss + ((lengthK + 20) * F32);
                    double[] p = Array.ConvertAll(s, x => Math.Exp(x - most) / sum);
                    double[] factor = [.. keys.Select(j => Dropout == 0 ? 1 : (words[(atLse * DrawnKeys) + startK + j] >> 8) / 16777216f >= Dropout ? 1 / (1 - Dropout) : 0)];
                    double relative = (2 * loss) + ((lengthK + 40) * F32);
                    double delta = 0, deltaLoss = 0;
                    for (int d = 0; d < Depth; d++)
                    {
                        double o = 0, magnitude = 0;
                        for (int n = 0; n < keys.Length; n++)
                        {
                            double x = p[n] * factor[n] * v[At(StrideK, b, h / Group, startK + keys[n]) + d];
                            o += x;
                            magnitude += Math.Abs(x);
                        }

                        r.O[atQ + d] = o;
                        double tolerance = r.OTolerance[atQ + d] = (magnitude * (relative + weightUnit + (Type == "f32" ? product : 0))) + (unit * Math.Abs(o)) + least + (least * keys.Length);
                        delta += gradient[atQ + d] * o;
                        deltaLoss += Math.Abs(gradient[atQ + d]) * (tolerance + (Depth * F32 * Math.Abs(o)));
                    }

                    delta -= logGradient[atLse];
                    deltaLoss += F32 * Math.Abs(delta);
                    for (int n = 0; n < keys.Length; n++)
                    {
                        int atK = At(StrideK, b, h / Group, startK + keys[n]);
                        double dp = 0, magnitude = 0;
                        for (int d = 0; d < Depth; d++)
                        {
                            dp += factor[n] * gradient[atQ + d] * v[atK + d];
                            magnitude += Math.Abs(factor[n] * gradient[atQ + d] * v[atK + d]);
                        }

                        double ds = p[n] * (dp - delta);
                        double dsLoss = (p[n] * ((relative * Math.Abs(dp - delta)) + (magnitude * (product + ((Depth + 8) * F32))) + deltaLoss)) + (weightUnit * Math.Abs(ds)) + least;
                        if (bias is not null)
                        {
                            r.DBias[(((((b * Heads) + h) * LengthQ) + i) * LengthK) + keys[n]] = ds;
                            r.DBiasTolerance[(((((b * Heads) + h) * LengthQ) + i) * LengthK) + keys[n]] = dsLoss + (unit * Math.Abs(ds));
                        }

                        for (int d = 0; d < Depth; d++)
                        {
                            r.DV[atK + d] += p[n] * factor[n] * gradient[atQ + d];
                            r.DVTolerance[atK + d] += Math.Abs(gradient[atQ + d]) * ((p[n] * factor[n] * (relative + weightUnit + product)) + least);
                            r.DQ[atQ + d] += Scale * ds * k[atK + d];
                            r.DQTolerance[atQ + d] += Math.Abs(Scale * k[atK + d]) * (dsLoss + (Math.Abs(ds) * (product + ((lengthK + 8) * F32))));
                            r.DK[atK + d] += Scale * ds * q[atQ + d];
                            r.DKTolerance[atK + d] += Math.Abs(Scale * q[atQ + d]) * (dsLoss + (Math.Abs(ds) * (product + ((Group * lengthQ) + 8) * F32)));
                        }
                    }
                }
            }

        r.Finish(unit * (Rotary > 0 ? 2 : 1), least);
        return r;
    }

    private AttentionStrides Strides(int heads, int rows)
    {
        var strides = RowsFirst ? AttentionStrides.RowsFirst(heads, rows, Depth) : AttentionStrides.HeadsFirst(heads, rows, Depth);
        return Packed ? strides with { Batch = 0 } : strides;
    }

    private static int At(AttentionStrides s, int b, int h, int row) => (int)((b * s.Batch) + (h * s.Head) + (row * s.Row));

    /// <summary>The rotated rows in their type; backwards in f64, which undoes the gradients' rotation.</summary>
    private double[] Rotate(double[] x, int heads, int rows, bool queries, double direction = 1)
    {
        if (Rotary == 0) return x;
        var (cosine, sine) = Tables();
        double[] y = [.. x];
        int half = Rotary / 2;
        var strides = Strides(heads, rows);
        for (int b = 0; b < Batch; b++)
            for (int h = 0; h < heads; h++)
            {
                int start = (queries ? StartsQ : StartsK)?[b] ?? 0;
                int lengthQ = StartsQ is null ? LengthQ : StartsQ[b + 1] - StartsQ[b], lengthK = StartsK is null ? LengthK : StartsK[b + 1] - StartsK[b];
                for (int i = 0; i < (queries ? lengthQ : lengthK); i++)
                    for (int n = 0; n < half; n++)
                    {
                        int position = queries ? i + lengthK - lengthQ : i, row = At(strides, b, h, start + i);
                        int first = row + (Interleaved ? 2 * n : n), second = row + (Interleaved ? (2 * n) + 1 : n + half);
                        double co = cosine[(position * half) + n], si = direction * sine[(position * half) + n];
                        (y[first], y[second]) = ((x[first] * co) - (x[second] * si), (x[first] * si) + (x[second] * co));
                    }
            }

        return direction > 0 ? KernelBench.Rounded(Type, y) : y;
    }

    /// <summary>Expected results in the layout of the buffers, each with its own tolerance.</summary>
    internal sealed class Values(AttentionProblem problem)
    {
        public double[] O { get; } = new double[problem.CountQ];
        public double[] OTolerance { get; } = new double[problem.CountQ];
        public double[] Lse { get; } = new double[problem.CountLse];
        public double[] LseTolerance { get; } = new double[problem.CountLse];
        public double[] DQ { get; private set; } = new double[problem.CountQ];
        public double[] DQTolerance { get; private set; } = new double[problem.CountQ];
        public double[] DK { get; private set; } = new double[problem.CountK];
        public double[] DKTolerance { get; private set; } = new double[problem.CountK];
        public double[] DV { get; } = new double[problem.CountK];
        public double[] DVTolerance { get; } = new double[problem.CountK];
        public double[] DBias { get; } = new double[problem.Bias is null ? 0 : problem.Batch * problem.Heads * problem.LengthQ * problem.LengthK];
        public double[] DBiasTolerance { get; } = new double[problem.Bias is null ? 0 : problem.Batch * problem.Heads * problem.LengthQ * problem.LengthK];

        public void Finish(double unit, double least)
        {
            Round(DQ, DQTolerance, unit, least);
            Round(DK, DKTolerance, unit, least);
            Round(DV, DVTolerance, unit, least);
            if (problem.Rotary == 0) return;
            DQ = problem.Rotate(DQ, problem.Heads, problem.RowsQ, queries: true, -1);
            DK = problem.Rotate(DK, problem.KeyHeads, problem.RowsK, queries: false, -1);
            DQTolerance = Spread(DQTolerance);
            DKTolerance = Spread(DKTolerance);
        }

        private static void Round(double[] values, double[] tolerances, double unit, double least)
        {
            for (int i = 0; i < values.Length; i++) tolerances[i] += (unit * Math.Abs(values[i])) + least;
        }

        // A turned pair has at most the sum of its errors; the row's largest two bound any pair.
        private double[] Spread(double[] tolerances) => [.. tolerances.Chunk(problem.Depth).SelectMany(row => Enumerable.Repeat(2 * row.Max(), row.Length))];
    }
}
