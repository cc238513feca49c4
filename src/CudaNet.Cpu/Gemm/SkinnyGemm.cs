using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;

namespace CudaNet.Cpu.Gemm;

/// <summary>Products with at most 8 rows or columns in C: matrix times a few vectors, limited by memory.</summary>
/// <remarks>
/// <para>The large operand is read once, in order, where it lies; nothing of it is packed. The few vectors are copied to a dense
/// [few, K] array first. In "line" l of the large operand are the K values that meet the vectors: a row of A or a column of B.</para>
/// <para>Two bodies: lines that are contiguous are multiplied as dot products; where instead the l direction is contiguous,
/// four steps of K at a time are added to sums that stay in L1.</para>
/// <para>Lines are independent and summed in one order, so the number of threads does not change the result.</para>
/// </remarks>
internal static unsafe class SkinnyGemm
{
    /// <summary>Most vectors that this path takes.</summary>
    public const int Few = 8;

    // Sums of the column body: few · 1024 floats stay in L1.
    private const int Strip = 1024;

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
            T* sums = stackalloc T[4 * Few];

            // Narrow formats take more arithmetic a byte, so that fewer loads are under way at once: one stream, well ahead, is read faster than four.
            bool oneByOne = few == 1 && sizeof(TSource) < sizeof(T);
            for (int line = (int)start; line < end; line += 4)
            {
                int count = (int)Math.Min(4, end - line);
                TSource* first = large + (line * lineStride);

                // Missing lines repeat the first; their sums are not stored.
                nint second = count > 1 ? lineStride : 0, third = count > 2 ? 2 * lineStride : 0, fourth = count > 3 ? 3 * lineStride : 0;
                if (oneByOne)
                {
                    for (int i = 0; i < count; i++) sums[i] = SkinnyKernels.Dot<V, TSource, T>(first + (i * lineStride), vectors, depth);
                    result.Store<V>(sums, 4, line, count, few);
                    continue;
                }

                int v = 0;
                for (; v <= few - 4; v += 4) SkinnyKernels.Dot4x4<V, TSource, T>(first, second, third, fourth, vectors + ((nint)v * depth), depth, sums + (4 * v));
                for (; v < few; v++) SkinnyKernels.Dot4x1<V, TSource, T>(first, second, third, fourth, vectors + ((nint)v * depth), depth, sums + (4 * v));
                result.Store<V>(sums, 4, line, count, few);
            }

            result.Finish((int)start, (int)(end - start), few);
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
            for (int first = (int)start; first < end; first += Strip)
            {
                int count = (int)Math.Min(Strip, end - first);
                new Span<T>(sums, few * Strip).Clear();
                for (int k = 0; k < depth; k += 4)
                {
                    int steps = Math.Min(4, depth - k);
                    SkinnyKernels.Accumulate<V, TSource, T>(large + first + (k * depthStride), depthStride, steps, count, vectors + k, depth, few, sums, Strip);
                }

                result.Store<V>(sums, Strip, first, count, few);
                result.Finish(first, count, few);
            }
        }
    }
}
