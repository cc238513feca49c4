using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;

namespace CudaNet.Cpu.Gemm;

/// <summary>Products with at most 8 rows or columns in C: matrix times a few vectors, limited by memory.</summary>
/// <remarks>
/// <para>The large operand is read once, in order, where it lies; nothing of it is packed. The few vectors are copied to a dense
/// [few, K] array first. In "line" l of the large operand are the K values that meet the vectors: a row of A or a column of B.</para>
/// <para>Two bodies: lines that are contiguous are multiplied as dot products; where instead the l direction is contiguous,
/// steps of K are added to sums that stay in L1, one at a time for a single vector, otherwise four.</para>
/// <para>Lines are independent and summed in one order, so the number of threads does not change the result.</para>
/// </remarks>
internal static unsafe class SkinnyGemm
{
    /// <summary>Most vectors that this path takes.</summary>
    public const int Few = 8;

    // Sums of the column body: few · 1024 floats stay in L1. Of a single vector more lines are read in one go, so that memory is one stream.
    private const int Strip = 1024;
    private const int SingleStrip = 4096;

    // Lines whose sums are made in one go, whole fours; short ones stay in L1 while the vectors pass.
    private const int Lines = 64;

    /// <summary>Whether the large operand can be streamed: unit stride in one direction, few in the other.</summary>
    public static bool Takes(in GemmShape s) =>
        (s.M <= Few && s.M <= s.N && (s.BRow == 1 || s.BColumn == 1)) || (s.N <= Few && (s.ARow == 1 || s.AColumn == 1));

    /// <summary>C = α·A·B + β·C for one product that <see cref="Takes"/> accepts.</summary>
    public static void Run<V, TA, TB, T, TEpilogue>(in GemmShape s, int batch, TA* a, TB* b, T* c, T alpha, T beta, TEpilogue epilogue)
        where V : unmanaged, ISimd<V, T>
        where TA : unmanaged
        where TB : unmanaged
        where T : unmanaged
        where TEpilogue : struct, IGemmEpilogue<T>
    {
        bool rowsAreFew = s.M <= Few && s.M <= s.N && (s.BRow == 1 || s.BColumn == 1);
        int few = rowsAreFew ? s.M : s.N;
        using var scratch = Scratch.Rent((long)few * s.K * sizeof(T));
        T* vectors = (T*)scratch.Pointer;
        if (rowsAreFew)
        {
            if (typeof(TA) == typeof(T) && few == 1 && s.AColumn == 1) vectors = (T*)a;
            else Gather(a, s.ARow, s.AColumn, few, s.K, vectors);
            Stream<V, TB, T, TEpilogue>(b, s.BColumn, s.BRow, s.N, few, s.K, vectors, new(c, s.CRow, 1, s.CRow, batch, alpha, beta, epilogue));
        }
        else
        {
            if (typeof(TB) == typeof(T) && few == 1 && s.BRow == 1) vectors = (T*)b;
            else Gather(b, s.BColumn, s.BRow, few, s.K, vectors);
            Stream<V, TA, T, TEpilogue>(a, s.ARow, s.AColumn, s.M, few, s.K, vectors, new(c, 1, s.CRow, s.CRow, batch, alpha, beta, epilogue));
        }
    }

    private static void Gather<TSource, T>(TSource* source, nint across, nint along, int few, int depth, T* vectors)
        where TSource : unmanaged
        where T : unmanaged
    {
        for (int v = 0; v < few; v++)
        {
            TSource* from = source + (v * across);
            for (nint k = 0; k < depth; k++) *vectors++ = HalfFormats.Load<T, TSource>(from + (k * along));
        }
    }

    private static void Stream<V, TSource, T, TEpilogue>(TSource* large, nint lineStride, nint depthStride, int lines, int few, int depth, T* vectors, SkinnyResult<T, TEpilogue> result)
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
        where TEpilogue : struct, IGemmEpilogue<T>
    {
        bool contiguousLines = depthStride == 1 && (lineStride != 1 || depth >= 4 * V.Count);
        long grain = Math.Max(1, 65536 / (((long)depth * few) + 1));
        if (!contiguousLines) grain = (grain + Strip - 1) / Strip * Strip;
        grain = (grain + 3) & ~3L;
        if (contiguousLines)
            WorkerPool.ParallelFor(lines, grain, new DotJob<V, TSource, T, TEpilogue>(large, lineStride, few, depth, vectors, result));
        else
            WorkerPool.ParallelFor(lines, Math.Min(grain, Strip / 4), new ColumnJob<V, TSource, T, TEpilogue>(large, depthStride, few, depth, vectors, result));
    }

    private readonly struct DotJob<V, TSource, T, TEpilogue>(TSource* large, nint lineStride, int few, int depth, T* vectors, SkinnyResult<T, TEpilogue> result) : IRangeJob
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
        where TEpilogue : struct, IGemmEpilogue<T>
    {
        public void Execute(long start, long end, int worker)
        {
            T* sums = stackalloc T[Lines * Few];
            bool isShort = depth <= 16 * V.Count && depth % V.Count == 0;
            for (int line = (int)start, count; line < end; line += count)
            {
                count = (int)Math.Min(Lines, end - line);
                TSource* first = large + (line * lineStride);
                // One stream, well ahead, is read faster than four; short lines are a stream by themselves.
                if (few == 1 && !isShort)
                {
                    SkinnyKernels.Dots<V, TSource, T>(first, lineStride, count, vectors, depth, sums);
                }
                else
                {
                    int whole = isShort ? count & ~3 : 0;
                    for (int v = 0; v < few && whole > 0; v++) SkinnyKernels.ShortDots<V, TSource, T>(first, lineStride, whole, vectors + ((nint)v * depth), depth, sums + (v * Lines));
                    for (int i = whole; i < count; i += 4) Four(first + (i * lineStride), Math.Min(4, count - i), sums + i);
                }

                result.Store<V>(sums, Lines, line, count, few);
            }

            result.Finish((int)start, (int)(end - start), few);
        }

        /// <summary>Up to four lines and all vectors. Missing lines repeat the first.</summary>
        private void Four(TSource* first, int count, T* sums)
        {
            nint second = count > 1 ? lineStride : 0, third = count > 2 ? 2 * lineStride : 0, fourth = count > 3 ? 3 * lineStride : 0;
            int v = 0;
            for (; v <= few - 4; v += 4) SkinnyKernels.Dot4x4<V, TSource, T>(first, second, third, fourth, vectors + ((nint)v * depth), depth, sums + (v * Lines), Lines);
            for (; v < few; v++) SkinnyKernels.Dot4x1<V, TSource, T>(first, second, third, fourth, vectors + ((nint)v * depth), depth, sums + (v * Lines));
        }
    }

    private readonly struct ColumnJob<V, TSource, T, TEpilogue>(TSource* large, nint depthStride, int few, int depth, T* vectors, SkinnyResult<T, TEpilogue> result) : IRangeJob
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
        where TEpilogue : struct, IGemmEpilogue<T>
    {
        public void Execute(long start, long end, int worker)
        {
            using var scratch = Scratch.Rent(Few * Strip * sizeof(T));
            T* sums = (T*)scratch.Pointer;
            int strip = few == 1 ? SingleStrip : Strip;
            for (int first = (int)start; first < end; first += strip)
            {
                int count = (int)Math.Min(strip, end - first);
                new Span<T>(sums, few * strip).Clear();
                nint whole = few == 1 ? count & -(4 * V.Count) : 0;
                if (whole <= 16 * V.Count)
                    for (nint l = 0; l < whole; l += 4 * V.Count) SkinnyKernels.SumSteps<V, TSource, T>(large + first + l, depthStride, depth, vectors, sums + l);
                else
                    SkinnyKernels.AddSteps<V, TSource, T>(large + first, depthStride, depth, whole, vectors, sums);
                for (int k = 0; k < depth && whole < count; k += 4)
                {
                    int steps = Math.Min(4, depth - k);
                    SkinnyKernels.Accumulate<V, TSource, T>(large + first + whole + (k * depthStride), depthStride, steps, (int)(count - whole), vectors + k, depth, few, sums + whole, strip);
                }

                result.Store<V>(sums, strip, first, count, few);
                result.Finish(first, count, few);
            }
        }
    }
}
