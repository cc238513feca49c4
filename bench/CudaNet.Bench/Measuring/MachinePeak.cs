using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CudaNet.Bench.Measuring;

/// <summary>What this machine can do at best, measured: the yardstick of every figure here.</summary>
/// <param name="Threads">Threads that ran at the same time.</param>
/// <param name="VectorBits">Width of the vectors of the arithmetic loop.</param>
/// <param name="GigaFlops">Fused multiply-adds in f32, two operations each, all operands in registers.</param>
/// <param name="GigaBytes">Stream triad a = b + s·c over arrays far larger than the caches; a, b and c counted once.</param>
internal sealed record MachinePeak(int Threads, int VectorBits, double GigaFlops, double GigaBytes)
{
    // Many short rounds: on a busy machine some of them find all cores free.
    private const int Rounds = 40;

    // Three arrays of this size for all threads together: well beyond the last-level cache of a desktop or server part.
    private const int TriadFloats = 1 << 25;

    internal static MachinePeak Measure(int threads)
    {
        var bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
        Func<long, double> loop = bits switch
        {
            512 => FmaLoop<Width512, Vector512<float>>,
            256 => FmaLoop<Width256, Vector256<float>>,
            _ => FmaLoop<Width128, Vector128<float>>,
        };
        return new MachinePeak(threads, bits, MeasureFma(threads, loop), MeasureTriad(threads));
    }

    private static double MeasureFma(int threads, Func<long, double> loop)
    {
        const long iterations = 1_000_000;
        var flops = 0.0;
        var seconds = FastestRound(threads, _ => Volatile.Write(ref flops, loop(iterations)));
        return flops * threads / seconds / 1e9;
    }

    private static unsafe double MeasureTriad(int threads)
    {
        var share = TriadFloats / threads / 16 * 16;
        var blocks = new nint[threads];
        for (var i = 0; i < threads; i++)
        {
            // Touched by the first, untimed round, so that no page fault is timed.
            blocks[i] = (nint)NativeMemory.AlignedAlloc((nuint)share * 3 * sizeof(float), 64);
            new Span<float>((void*)blocks[i], share * 3).Fill(1);
        }
        var seconds = FastestRound(threads, thread => Triad((float*)blocks[thread], share));
        foreach (var block in blocks)
            NativeMemory.AlignedFree((void*)block);
        return 3.0 * sizeof(float) * share * threads / seconds / 1e9;
    }

    /// <summary>Runs the body on all threads at once, many times, and returns the seconds of the fastest round, from the
    /// first start to the last end. The threads look at the clock themselves: this one may wake up after they are done.</summary>
    private static double FastestRound(int threads, Action<int> body)
    {
        var (began, ended) = (new long[threads], new long[threads]);
        var fastest = double.MaxValue;
        for (var round = 0; round <= Rounds; round++)
        {
            using var start = new Barrier(threads);
            var workers = Enumerable.Range(0, threads).Select(index => new Thread(() =>
            {
                start.SignalAndWait();
                began[index] = Stopwatch.GetTimestamp();
                body(index);
                ended[index] = Stopwatch.GetTimestamp();
            })).ToArray();
            foreach (var worker in workers)
                worker.Start();
            foreach (var worker in workers)
                worker.Join();
            if (round > 0)
                fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(began.Min(), ended.Max()).TotalSeconds);
        }
        return fastest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Triad(float* block, int length)
    {
        float* a = block, b = block + length, c = b + length;
        var scale = Vector512.Create(3f);
        for (var i = 0; i < length; i += Vector512<float>.Count)
            // Past the caches: an ordinary store would first read the line that it overwrites.
            (Vector512.LoadAligned(b + i) + scale * Vector512.LoadAligned(c + i)).StoreAlignedNonTemporal(a + i);
    }

    private interface IWidth<TVector>
    {
        static abstract int Lanes { get; }
        static abstract TVector Splat(float value);
        static abstract TVector MultiplyAdd(TVector x, TVector y, TVector z);
        static abstract float Sum(TVector x);
    }

    private readonly struct Width512 : IWidth<Vector512<float>>
    {
        public static int Lanes => Vector512<float>.Count;
        public static Vector512<float> Splat(float value) => Vector512.Create(value);
        public static Vector512<float> MultiplyAdd(Vector512<float> x, Vector512<float> y, Vector512<float> z) => Vector512.FusedMultiplyAdd(x, y, z);
        public static float Sum(Vector512<float> x) => Vector512.Sum(x);
    }

    private readonly struct Width256 : IWidth<Vector256<float>>
    {
        public static int Lanes => Vector256<float>.Count;
        public static Vector256<float> Splat(float value) => Vector256.Create(value);
        public static Vector256<float> MultiplyAdd(Vector256<float> x, Vector256<float> y, Vector256<float> z) => Vector256.FusedMultiplyAdd(x, y, z);
        public static float Sum(Vector256<float> x) => Vector256.Sum(x);
    }

    private readonly struct Width128 : IWidth<Vector128<float>>
    {
        public static int Lanes => Vector128<float>.Count;
        public static Vector128<float> Splat(float value) => Vector128.Create(value);
        public static Vector128<float> MultiplyAdd(Vector128<float> x, Vector128<float> y, Vector128<float> z) => Vector128.FusedMultiplyAdd(x, y, z);
        public static float Sum(Vector128<float> x) => Vector128.Sum(x);
    }

    /// <summary>Returns the floating-point operations that it did.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double FmaLoop<TWidth, TVector>(long iterations) where TWidth : IWidth<TVector>
    {
        // Twelve independent chains cover latency 4-6 on two units, and fit sixteen registers with the two operands.
        const int chains = 12;
        TVector factor = TWidth.Splat(0.999f), term = TWidth.Splat(0.001f);
        TVector s0 = TWidth.Splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0, s8 = s0, s9 = s0, s10 = s0, s11 = s0;
        for (var i = 0L; i < iterations; i++)
        {
            s0 = TWidth.MultiplyAdd(s0, factor, term);
            s1 = TWidth.MultiplyAdd(s1, factor, term);
            s2 = TWidth.MultiplyAdd(s2, factor, term);
            s3 = TWidth.MultiplyAdd(s3, factor, term);
            s4 = TWidth.MultiplyAdd(s4, factor, term);
            s5 = TWidth.MultiplyAdd(s5, factor, term);
            s6 = TWidth.MultiplyAdd(s6, factor, term);
            s7 = TWidth.MultiplyAdd(s7, factor, term);
            s8 = TWidth.MultiplyAdd(s8, factor, term);
            s9 = TWidth.MultiplyAdd(s9, factor, term);
            s10 = TWidth.MultiplyAdd(s10, factor, term);
            s11 = TWidth.MultiplyAdd(s11, factor, term);
        }
        var sum = TWidth.Sum(s0) + TWidth.Sum(s1) + TWidth.Sum(s2) + TWidth.Sum(s3) + TWidth.Sum(s4) + TWidth.Sum(s5)
            + TWidth.Sum(s6) + TWidth.Sum(s7) + TWidth.Sum(s8) + TWidth.Sum(s9) + TWidth.Sum(s10) + TWidth.Sum(s11);
        // The sum is used, so that the loop cannot be dropped.
        return float.IsNaN(sum) ? 0 : 2.0 * chains * TWidth.Lanes * iterations;
    }
}
